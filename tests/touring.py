"""What each walk of the tour answers for, and whether it came past all of that."""

from tests.tour import Guide, fitting, named_addresses, pages_and_parts

SHOWS = {
    "together": "admin/platforms/* platforms/partnership* platforms/_partnership* platforms/agreement.html "
    "platforms/actor_partnerships.html platforms/space_open.html",
    "door": "platforms/invitation.html platforms/invitation_decline.html platforms/invitation_pass_on.html "
    "platforms/invitation_done.html platforms/invitation_unknown.html platforms/link_base.html platforms/meeting.html "
    "platforms/space_door.html platforms/_mine.html",
    "hosting": "platforms/invit* platforms/_invitation_state.html platforms/space_[lmrw]*.html",
    "talking": "components/kept.html platforms/thread* platforms/post_* platforms/_*posts.html platforms/_writing.html "
    "platforms/_reach.html "
    "platforms/follow_stop.html",
    "ending": "platforms/settings.html platforms/pulse.html platforms/close.html platforms/report.html "
    "platforms/registrar.html platforms/export.html",
    "working": "platforms/*",
    "needs": "missions/need* missions/_gap.html missions/_suggestion.html missions/competences_wanted.html",
    "errors": "4*.html 5*.html error.html components/adrift.html",
    "reading": "base.html styleguide.html components/* django/* insight/* pages/* actors/bad_address.html "
    "actors/chart.html actors/_chart.html actors/detail.html actors/list.html actors/open_data.html "
    "actors/too_many_rows.html actors/_bar.html actors/_facets.html actors/_head.html actors/_hit.html "
    "actors/_nothing.html actors/_profile.html actors/_search.html",
    "registering": "actors/register_* actors/claim*",
    "told": "notifications/notices.html notifications/digest.html notifications/mail_stop.html",
    "mine": "accounts/close.html accounts/closed.html accounts/my_page.html accounts/person.html actors/edit* "
    "actors/_mine.html notifications/*",
    "signing_in": "account/*",
    "second_factor": "allauth/* mfa/* accounts/_go_on.html",
    "ledger": "admin/notifications/*",
    "tables": "admin/actors/actor/change_form.html admin/color_theme_toggle.html",
    "deciding": "admin/*",
}
LEADS_TO = {
    "together": "partnership* actor_partnerships space_open admin:platforms_*",
    "door": "invitation invitation_decline invitation_pass_on meeting space_door",
    "hosting": "invitation_new invitation_one invitations space_member* space_leave space_welcome space_request "
    "space_link*",
    "talking": "thread* post_* follow_stop",
    "working": "my_spaces space document* decision* task*",
    "needs": "mission_needs need need_* competences_wanted",
    "ending": "space_settings space_pulse space_close space_merge space_report space_export registrar",
    "reading": "about accessibility actor actor_chart actor_list contact cookies open_data privacy start styleguide "
    "actor_export",
    "registering": "registration_* actor_claim claim_code claim_done",
    "told": "notices digest_settings digest_by_mail mail_stop",
    "mine": "my_page my_person close_account actor_edit",
    "signing_in": "account_*",
    "second_factor": "mfa_*",
    "deciding": "admin:index admin:actors_actor_queue admin:actors_actor_review admin:actors_actor_bulk "
    "admin:actors_actor_history admin:actors_actor_merge admin:actors_twinpair_* admin:actors_merge_* "
    "admin:actors_claim_*",
    "tables_in_other_states": "admin:actors_area_history",
    "ledger": "admin:notifications_* admin:accounts_auditentry_*",
    "tables": "admin:*",
}
NEVER_A_PAGE = {
    "health robots_txt security_txt sitemap sitemap_part region_css actor_feed my_data admin:jsi18n "
    "admin:autocomplete mfa_download_recovery_codes "
    "document_file document_preview decision_log talk_names": "files and answers for programs",
    "home actor_confirm claim_decide sign_out_everywhere registration_code_again go_on admin:login admin:logout "
    "admin:view_on_site mfa_login_webauthn agreement_accept space_step task_done "
    "thread_follow thread_close admin:platforms_partnership_move": "lead on to another page",
    "admin:*_delete": "one page for all tables, seen at the areas and, for what is protected, at the groups",
    "admin:*_history": "one page for all tables, seen at the actors' own and at the areas",
    "admin:accounts_auditentry_add admin:actors_claim_add admin:actors_merge_add admin:actors_twinpair_add "
    "admin:mfa_authenticator_add admin:notifications_*_add": "what the hub writes itself is added by nobody",
}


def words(table):
    return {name: patterns.split() for name, patterns in table.items()}


def never_a_page():
    return [pattern for patterns in NEVER_A_PAGE for pattern in patterns.split()]


def share_of(walk, table, names):
    """What `walk` answers for of `names`: what fits its patterns, without what fits those that stand before it."""
    left = set(names)
    for other, patterns in words(table).items():
        if other == walk:
            return fitting(left, patterns)
        left -= fitting(left, patterns)
    return set()


def guided(name, window, language):
    """A guide for the walk called `name`, who at its end is asked for what was wrong and what was left out."""
    with Guide(window, language).noting() as guide:
        yield guide
    addresses = named_addresses() - fitting(named_addresses(), never_a_page())
    unseen = share_of(name, SHOWS, pages_and_parts()) - guide.templates
    unvisited = share_of(name, LEADS_TO, addresses) - guide.addresses
    assert guide.wrong == {}, guide.wrong
    assert not unseen, sorted(unseen)
    assert not unvisited, sorted(unvisited)
