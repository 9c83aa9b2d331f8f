"""A corpus of delivery status mails as mail systems write them; every name in it is invented."""

from base64 import b64encode
from email.header import Header

TO = "county.officer@mail.example"
ID = "<0123456789abcdef0123456789abcdef@qianshou.example>"
KEY = "step_extended:S13:P1-430100-01:430121-mz:1:430121-mz.officer"


def headers(to: str = TO, message_id: str = ID, key: str = KEY) -> str:
    """The headers of the letter that comes back."""
    return (
        f"From: post@qianshou.example\nTo: <{to}>\nSubject: =?utf-8?B?5pyf6ZmQ?=\nMessage-ID: {message_id}\n"
        f"X-Qianshou-Key: {key}\nDate: Wed, 18 May 2022 09:00:00 +0800\n"
    )


def report(
    *,
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 User unknown",
    to: str = TO,
    returned: str | None = None,
    returned_type: str = "text/rfc822-headers",
) -> bytes:
    """RFC 3464 as Postfix writes it."""
    mail = f"""\
Return-Path: <>
From: MAILER-DAEMON@relay.example (Mail Delivery System)
To: post@qianshou.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce.1@relay.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B.1"

--B.1
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host relay.example.
I'm sorry to have to inform you that your message could not be delivered.

<{to}>: {diagnostic}

--B.1
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example
X-Postfix-Queue-ID: ABCDEF
Arrival-Date: Wed, 18 May 2022 09:00:00 +0800 (CST)

Final-Recipient: rfc822; {to}
Original-Recipient: rfc822;{to}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.mail.example
Diagnostic-Code: {diagnostic}

--B.1
Content-Description: Undelivered Message
Content-Type: {returned_type}

{headers(to) if returned is None else returned}
--B.1--
"""
    return mail.encode()


def exchange(to: str = TO) -> bytes:
    """Exchange: the text in base64 and Chinese, the whole letter returned, the address in capitals."""
    text = b64encode("您的邮件未能传递给以下收件人。找不到该地址。".encode()).decode()
    mail = f"""\
From: {Header("Microsoft Outlook", "utf-8")} <postmaster@mail.example>
To: <post@qianshou.example>
Subject: {Header("未送达: 期限提醒", "utf-8")}
Message-ID: <bounce.2@mail.example>
In-Reply-To: {ID}
Content-Type: multipart/report; report-type=delivery-status;
 boundary="_000_x"
X-MS-Exchange-Message-Is-Ndr:

--_000_x
Content-Type: multipart/alternative; boundary="_001_x"

--_001_x
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: base64

{text}
--_001_x--
--_000_x
Content-Type: message/delivery-status

Reporting-MTA: dns;server.mail.example
Received-From-MTA: dns;relay.example

Final-Recipient: rfc822;{to.upper()}
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup
X-Display-Name: officer

--_000_x
Content-Type: message/rfc822

{headers(to)}Content-Type: text/plain

text
--_000_x--
"""
    return mail.replace("\n", "\r\n").encode()


def netease(to: str = TO) -> bytes:
    """A Chinese provider without a status part: text in GB 18030, the letter's headers as an attachment."""
    text = f"抱歉，您的邮件被退回来了……\n收件人：{to}\n退信原因：用户不存在\n550 User not found: {to}\n"
    body = b64encode(text.encode("gb18030")).decode()
    attached = b64encode(headers(to).encode()).decode()
    mail = f"""\
Return-Path: <>
From: {Header("系统退信", "gb18030").encode()} <Postmaster@provider.example>
To: post@qianshou.example
Subject: {Header("系统退信", "gb18030").encode()}
Message-ID: <bounce.3@provider.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=netease="

--=netease=
Content-Type: text/plain; charset=gbk
Content-Transfer-Encoding: base64

{body}
--=netease=
Content-Type: text/rfc822-headers; charset=utf-8
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="original.txt"

{attached}
--=netease=--
"""
    return mail.encode()


def qmail(to: str = TO) -> bytes:
    """qmail: everything in one text."""
    mail = f"""\
Return-Path: <>
From: MAILER-DAEMON@old.example
To: post@qianshou.example
Subject: failure notice
Date: 18 May 2022 01:00:10 -0000

Hi. This is the qmail-send program at old.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<{to}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <post@qianshou.example>
{headers(to)}
text
"""
    return mail.encode()


def exim(to: str = TO) -> bytes:
    """Exim: the recipient in a field of the mail itself."""
    mail = f"""\
Return-path: <>
X-Failed-Recipients: {to}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@exim.example>
To: post@qianshou.example
Subject: Mail delivery failed: returning message to sender

A message that you sent could not be delivered to one or more of its recipients.

  {to}
    host mx.mail.example [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<{to}>:
    550 mailbox unavailable

------ This is a copy of your message, including all the headers. ------

{headers(to)}
"""
    return mail.encode()


def delayed_in_words(to: str = TO) -> bytes:
    """A Chinese provider that is still trying."""
    text = b64encode(f"您发给 {to} 的邮件暂时无法投递，系统将继续尝试，您无需重发。".encode()).decode()
    mail = f"""\
Return-Path: <>
From: postmaster@provider.example
To: post@qianshou.example
Subject: {Header("邮件投递延迟", "utf-8").encode()}
Content-Type: multipart/mixed; boundary=d

--d
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

{text}
--d
Content-Type: message/rfc822

{headers(to)}
--d--
"""
    return mail.encode()


ABSENCE_NOTE = f"""\
From: County Officer <{TO}>
To: post@qianshou.example
Subject: Out of office: no mail until Monday
Auto-Submitted: auto-replied
In-Reply-To: {ID}
Content-Type: text/plain

I am away. My address does not exist only on weekends. 550
""".encode()

ANSWER = f"""\
From: {TO}
To: post@qianshou.example
Subject: Re: reminder
In-Reply-To: {ID}
Content-Type: text/plain; charset=no-such-charset

Thank you.
> Message-ID: {ID}
""".encode()

BROKEN = b"""\
Return-Path: <>
From: MAILER-DAEMON@relay.example
Subject: =?no-such?Q?=ff?=
Content-Type: multipart/report; report-type=delivery-status; boundary="never"

--never
Content-Type: message/delivery-status
Content-Transfer-Encoding: base64

!!!not base64!!!
\xff\xfe
"""
