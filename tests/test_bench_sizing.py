"""The figures for planning come out, whatever they are."""

from bench import sizing


def test_it_tells_what_a_page_and_a_start_cost(capsys, monkeypatch):
    monkeypatch.setattr("bench.servers.prepare_machine", lambda: None)
    monkeypatch.setattr(sizing, "SIZES", (200, 400))
    monkeypatch.setattr(sizing, "STARTS", 2)
    sizing.main(["--clients", "3", "12", "--seconds", "0.3"])
    printed = capsys.readouterr().out
    for words in ("bytes of disk", "KiB of memory", "a start: ", "the last of 12 has heard after"):
        assert words in printed
