"""Texts of mails, with a preview, and mail addresses that were refused. For administrators only."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pocgate.identity.commands.people import correct_address
from pocgate.identity.models import User
from pocgate.inbox.channels import Message
from pocgate.inbox.channels.samples import sample_digest, sample_notification
from pocgate.inbox.channels.writing import mail_of_digest, mail_of_notification
from pocgate.inbox.commands.bounces import clear_bounce
from pocgate.inbox.commands.mail_texts import edit_mail_text, reset_mail_text, text_problems
from pocgate.inbox.enums import MailTextKind
from pocgate.inbox.models import MailText
from pocgate.inbox.queries.mail_texts import texts_of
from pocgate.inbox.rules.mail_texts import VALUES, Texts
from pocgate.kernel.errors import Invalid, Stale
from pocgate.web.channel_forms import MailTextForm
from pocgate.web.forms import add_problems
from pocgate.web.person import person
from pocgate.web.views.administration import for_administrators


@for_administrators
@require_safe
def mail_text_list(request: HttpRequest) -> HttpResponse:
    """The mails with a text of their own."""
    edited = {row.kind: row for row in MailText.objects.all()}
    rows = [(kind, edited.get(kind), texts_of(kind)) for kind in MailTextKind]
    return render(request, "web/mail_texts.html", {"rows": rows})


@for_administrators
@require_http_methods(["GET", "POST"])
def mail_text(request: HttpRequest, kind: str) -> HttpResponse:
    """One mail's text: edit, preview, reset."""
    if kind not in MailTextKind.values:
        raise Http404
    user, now, act = person(request), timezone.now(), request.POST.get("act", "")
    if act == "reset":
        reset_mail_text(kind=kind, actor=user, now=now)
        messages.success(request, _("The shipped text is in force."))
        return redirect("mail_text", kind)
    form = MailTextForm(request.POST or None, initial=_start(kind))
    if request.method == "POST" and form.is_valid() and _is_kept(form, kind, act, user, now):
        messages.success(request, _("The text is kept; the next mail uses it."))
        return redirect("mail_text", kind)
    shown = _texts(form) if form.is_bound and form.is_valid() else texts_of(kind)
    context = {
        "form": form,
        "kind": MailTextKind(kind),
        "edited": MailText.objects.filter(kind=kind).first(),
        "places": [(f"${name}", meaning) for name, meaning in VALUES[kind].items()],
        "preview": None if form.errors else _preview(kind, shown, user, now),
    }
    return render(request, "web/mail_text.html", context, status=422 if form.errors else 200)


@for_administrators
@require_POST
def mail_address(request: HttpRequest, user_id: int) -> HttpResponse:
    """Correct a person's address, or say that it works again."""
    account, user, now = get_object_or_404(User, pk=user_id), person(request), timezone.now()
    if request.POST.get("act") == "clear":
        clear_bounce(user=account, actor=user, now=now)
    else:
        correct_address(user=account, email=request.POST.get("email", ""), actor=user, now=now)
    messages.success(request, _("Mails go to %(name)s again.") % {"name": account})
    return redirect("administration")


def _start(kind: str) -> dict[str, object]:
    edited, texts = MailText.objects.filter(kind=kind).first(), texts_of(kind)
    version = edited.version if edited else 0
    return {"version": version, "subject": texts.subject, "text": texts.text, "html": texts.html}


def _is_kept(form: MailTextForm, kind: str, act: str, user: User, now: datetime) -> bool:
    """Whether it was kept; a preview only checks."""
    if act != "keep":
        add_problems(form, Invalid(text_problems(kind, _texts(form))))
        return False
    try:
        version = form.cleaned_data["version"]
        edit_mail_text(kind=kind, texts=_texts(form), version=version, actor=user, now=now)
    except Invalid as error:
        add_problems(form, error)
    except Stale:
        form.add_error(None, _("Somebody else changed this text meanwhile. Copy yours, and open the page again."))
    return not form.errors


def _texts(form: MailTextForm) -> Texts:
    values = form.cleaned_data
    return Texts(values["subject"], values["text"].replace("\r\n", "\n"), values["html"].replace("\r\n", "\n"))


def _preview(kind: str, texts: Texts, user: User, now: datetime) -> Message:
    if kind == MailTextKind.DIGEST:
        return mail_of_digest(sample_digest(user, now), texts)
    return mail_of_notification(sample_notification(user, now), texts)
