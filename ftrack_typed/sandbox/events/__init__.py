"""The sandbox's event server: Socket.IO 0.9 handshake and packets, subscriptions, routing, and ``ftrack.update``.

Protocol section 7. `server` puts the parts together; `control` is what a test sees of it.
"""
