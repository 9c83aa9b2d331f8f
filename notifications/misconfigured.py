"""What all wrong settings of the post have in common."""


class PostMisconfigured(ValueError):
    """A setting of the post cannot be used: its text names the setting and says what it should be, without secrets."""
