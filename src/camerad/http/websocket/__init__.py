"""WebSockets: ``/ws`` for events and commands, ``/ws/live`` for pictures."""
