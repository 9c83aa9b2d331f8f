"""The sub-commands of `qianshou`, one module per subject."""
