"""To be written."""

from console.web.routes import Pages

pages = Pages()
