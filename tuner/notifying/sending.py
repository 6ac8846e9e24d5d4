"""A message is sent to a receiver, whichever kind it is of.

Leaves to others: each way (webhook, mail), when it is sent, and again (deliverer).
"""

from tuner.database.receivers import ReceiverView
from tuner.errors import NotDelivered
from tuner.notifying import mail, webhook
from tuner.notifying.message import Message, as_text
from tuner.notifying.webhook import Answer
from tuner.settings import read_mail_settings


def send(receiver: ReceiverView, message: Message, body: str, private: bool) -> Answer:
    """body: the message as it is kept. private: this process calls private networks for whoever asks it to.

    Raises NotDelivered, and InputError for what was never to be sent.
    """
    if receiver.kind == "webhook":
        anywhere = receiver.anywhere or private
        return webhook.send(receiver.target, receiver.secret, message.event, message.event_id, body, anywhere)
    settings = read_mail_settings()
    if settings is None:
        raise NotDelivered("no server of e-mail is known here: set TUNER_SMTP_HOST where this runs")
    # Two receivers of one address are two: each has its own words at the end.
    number = f"{message.event_id}.{receiver.receiver_id}"
    text = as_text(message, receiver)
    return mail.send(settings, mail.written(number, settings.sender, receiver.target, message.subject, text))


def shown(receiver: ReceiverView) -> str:
    """Where a receiver is, without what may be secret of it."""
    return webhook.shown(receiver.target) if receiver.kind == "webhook" else receiver.target
