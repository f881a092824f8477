// What scripts say: English in the code, in the page's language where its catalog was loaded before (see
// app/languages.py). Values fill the %(name)s in a sentence.
(function () {
  "use strict";

  var language = document.documentElement.lang || "en";
  var rules = new Intl.PluralRules(language);

  function fill(sentence, values) {
    if (!values) return sentence;
    return sentence.replace(/%\((\w+)\)s|%%/g, function (all, name) { return name ? String(values[name]) : "%"; });
  }

  function known(sentence) { return (window.sayings || {})[sentence]; }

  window.say = function (sentence, values) {
    var found = known(sentence);
    return fill(typeof found === "string" ? found : sentence, values);
  };

  // Whichever of the two sentences the number asks for; %(num)s is the number.
  window.sayN = function (num, one, many, values) {
    var forms = known(one);
    if (!Array.isArray(forms)) forms = [one, many];
    return fill(forms[rules.select(num) === "one" ? 0 : 1], Object.assign({ num: num }, values));
  };
})();
