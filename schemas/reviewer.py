"""The forms that people fill in to get in."""

from marshmallow import EXCLUDE, Schema, fields


class Form(Schema):
    """A form of a page; its CSRF token is checked elsewhere."""

    class Meta:
        """The token and the button come along."""

        unknown = EXCLUDE


class SignInForm(Form):
    """Who wants in, and where to afterwards."""

    name = fields.String(load_default="")
    password = fields.String(load_default="")
    next = fields.String(load_default="")


class PasswordForm(Form):
    """A change of one's own password."""

    current_password = fields.String(load_default="")
    new_password = fields.String(load_default="")
    again = fields.String(load_default="")
