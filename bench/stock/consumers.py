"""The audience of a tournament."""

from channels.generic.websocket import AsyncJsonWebsocketConsumer


class Audience(AsyncJsonWebsocketConsumer):
    async def connect(self):
        self.group = f"tournament_{self.scope['url_route']['kwargs']['pk']}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()
        await self.send_json({"joined": self.group})

    async def disconnect(self, code):
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def match_started(self, message):
        await self.send_json({"event": "match.started", "data": message["data"]})
