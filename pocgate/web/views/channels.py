"""Channels: a person's own, and those of the organisation and its committees."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from gates.models import Committee
from pocgate.identity.enums import Role
from pocgate.identity.models import User
from pocgate.inbox.commands.channels import add_channel, end_channel, repeat_posts, try_channel
from pocgate.inbox.enums import Topic
from pocgate.inbox.models import Channel
from pocgate.inbox.queries.channels import channels_of, group_channels, with_posts
from pocgate.inbox.rules.posts import GROUP_TOPICS
from pocgate.kernel.errors import Invalid
from pocgate.web.channel_forms import ChannelForm
from pocgate.web.forms import add_problems
from pocgate.web.person import person, standing_of
from pocgate.web.views.administration import for_administrators


@login_required
@require_http_methods(["GET", "POST"])
def own_channels(request: HttpRequest) -> HttpResponse:
    """The person's channels, and a form for one more."""
    form = ChannelForm(request.POST or None, topics=list(Topic), committees=())
    if request.method == "POST" and _added(form, person(request), person(request)):
        messages.success(request, _("The channel is kept. Try it."))
        return redirect("channels")
    context = {"form": form, "channels": with_posts(channels_of(person(request)))}
    return render(request, "web/channels.html", context, status=422 if form.errors else 200)


@for_administrators
@require_http_methods(["GET", "POST"])
def organisation_channels(request: HttpRequest) -> HttpResponse:
    """The channels of the organisation and its committees."""
    committees = _committees()
    form = ChannelForm(request.POST or None, topics=GROUP_TOPICS, committees=committees)
    if request.method == "POST" and _added(form, None, person(request)):
        messages.success(request, _("The channel is kept. Try it."))
        return redirect("group_channels")
    context = {
        "form": form,
        "channels": with_posts(group_channels()),
        "committees": dict(committees),
        "is_group": True,
    }
    return render(request, "web/channels.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def act_on_channel(request: HttpRequest, channel_id: int) -> HttpResponse:
    """Try it, repeat what was given up, or end it."""
    user, now = person(request), timezone.now()
    mine = Q(user=user) | Q(user__isnull=True) if Role.ADMIN in standing_of(request).roles else Q(user=user)
    channel = get_object_or_404(Channel, mine, pk=channel_id, ended_at__isnull=True)
    act = request.POST.get("act", "")
    if act == "try":
        try_channel(channel=channel, actor=user, now=now)
        messages.success(request, _("A test is on its way; how it went shows here in a moment."))
    elif act == "repeat":
        count = repeat_posts(channel=channel, actor=user, now=now)
        told = ngettext("%(count)s post is sent again.", "%(count)s posts are sent again.", count)
        messages.success(request, told % {"count": count})
    elif act == "end":
        end_channel(channel=channel, actor=user, now=now)
        messages.success(request, _("Nothing more is posted to “%(name)s”.") % {"name": channel.name})
    return redirect("channels" if channel.user_id else "group_channels")


def _added(form: ChannelForm, user: User | None, actor: User) -> bool:
    if not form.is_valid():
        return False
    values = form.cleaned_data
    try:
        add_channel(
            name=values["name"],
            kind=values["kind"],
            url=values["url"],
            topics=values["topics"],
            user=user,
            committee_id=values.get("committee"),
            actor=actor,
            now=timezone.now(),
        )
    except Invalid as error:
        add_problems(form, error)
        return False
    return True


def _committees() -> Sequence[tuple[int, str]]:
    rows = Committee.objects.select_related("department").order_by("gate", "name", "pk")
    return [(row.pk, str(row)) for row in rows]
