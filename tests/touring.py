"""What each walk of the tour answers for, and whether it came past all of that."""

from tests.tour import Guide, fitting, named_addresses, pages_and_parts

SHOWS = {
    "attending": "events/desk_base.html events/_when.html events/_organisation.html events/_find.html "
    "events/people.html events/_registration_state.html events/door.html events/check_in.html events/came_*.html "
    "events/ask.html events/afterwards.html events/evidence.html events/own_base.html events/ticket.html "
    "events/others.html",
    "matching": "events/matching*.html events/_meeting_who.html events/meeting_follow_up.html events/my_calendar.html",
    "meeting": "events/_event_facts.html events/_facets.html "
    "events/_form.html events/_frame.html events/_head.html events/_of_one.html "
    "events/_questions*.html events/_row.html events/_seats.html events/_steering.html events/_tabs.html "
    "events/_take_part.html "
    "events/actor_events.html "
    "events/chart.html events/conflict.html events/copy.html events/edit.html events/event.html events/event_base.html "
    "events/list.html "
    "events/mission_events.html events/new.html events/partnership_events.html events/series.html "
    "events/space_events.html events/space_event_new.html events/step.html",
    "promising": "missions/mission_list.html missions/portfolio*.html missions/_portfolio_head.html "
    "missions/_crumbs.html missions/_overview_row.html missions/_actor.html "
    "missions/_when.html missions/experiment_evidence*.html "
    "missions/_experiment.html missions/_across.html missions/_series.html missions/_values.html missions/desk.html "
    "missions/finish.html missions/values.html missions/measurement.html missions/offer*.html "
    "missions/_offer_state.html missions/open_commitments.html missions/_mine.html",
    "running": "missions/run*.html missions/_run*.html missions/gate.html missions/stage_skip.html "
    "missions/output*.html missions/learning.html missions/review.html missions/proposal*.html "
    "missions/method_report.html",
    "errand": "missions/relocate.html missions/mission*.html missions/statement*.html missions/evidence*.html "
    "missions/goal.html "
    "missions/criteria.html missions/end.html missions/publish.html missions/picture.html missions/conflict.html "
    "missions/space_missions.html missions/space_mission_new.html missions/actor_missions.html "
    "missions/partnership_missions.html missions/_change.html missions/_criteria.html missions/_evidence.html "
    "missions/_facts.html missions/_figures.html missions/_how_far.html missions/_mission_row.html "
    "missions/_numbers.html missions/_picture.html missions/_three_minutes.html missions/_unknown.html "
    "missions/_portfolio_short.html "
    "components/conflict.html",
    "ability": "events/ability*.html events/_ability_head.html events/round*.html events/answer*.html "
    "events/round_conflict.html events/_mine_ability.html",
    "learning": "events/programme*.html",
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
    "methods": "missions/method_* missions/_method* missions/editor_base.html missions/_stages_course.html "
    "missions/_difference.html missions/_marks.html missions/_pair.html missions/_reason* missions/_rows* "
    "missions/_version_state.html missions/_why.html",
    "seats": "events/sign_up* events/seat* events/_seat* events/_what.html events/_my_seat.html events/_mine.html "
    "events/my_events.html",
    "news": "insight/news* insight/_news_choice.html",
    "errors": "4*.html 5*.html error.html components/adrift.html",
    "reading": "base.html styleguide.html components/* django/* insight/* pages/* actors/bad_address.html "
    "actors/chart.html actors/_chart.html actors/detail.html actors/list.html actors/open_data.html "
    "actors/too_many_rows.html actors/_bar.html actors/_facets.html actors/_head.html actors/_hit.html "
    "actors/_nothing.html actors/_profile.html actors/_search.html",
    "registering": "actors/register_* actors/claim*",
    "answering": "actors/still_right* actors/_still_right_others.html",
    "told": "notifications/notices.html notifications/digest.html notifications/mail_stop.html",
    "previewing": "notifications/preview*",
    "mine": "accounts/close.html accounts/closed.html accounts/my_page.html accounts/person.html actors/edit* "
    "actors/_mine.html actors/_followed.html notifications/*",
    "signing_in": "account/*",
    "second_factor": "allauth/* mfa/* accounts/_go_on.html",
    "ledger": "admin/notifications/*",
    "tables": "admin/actors/actor/change_form.html admin/color_theme_toggle.html",
    "deciding": "admin/*",
}
LEADS_TO = {
    "attending": "event_people event_door event_came_list event_ask event_afterwards event_check_in event_ticket "
    "event_ticket_by_link event_others event_others_by_link event_evidence",
    "matching": "event_matching matching_* meeting_follow_up my_calendar",
    "meeting": "event event_list event_archive event_chart event_new event_edit event_copy event_series event_step "
    "actor_events partnership_events mission_events space_events space_event_new admin:events_*",
    "running": "run runs run_* stage_gate stage_skip stage_output stage_evidence proposal_new proposal_settle "
    "method_report",
    "errand": "mission mission_new mission_goal mission_criteria mission_end mission_publish mission_picture "
    "mission_relocate "
    "statement* evidence_new evidence_remove space_missions space_mission_new partnership_missions actor_missions "
    "admin:missions_mission_*",
    "methods": "method* admin:missions_method_*",
    "ability": "ability ability_*",
    "learning": "programme_* programme",
    "together": "partnership* actor_partnerships space_open admin:platforms_*",
    "door": "invitation invitation_decline invitation_pass_on meeting space_door",
    "hosting": "invitation_new invitation_one invitations space_member* space_leave space_welcome space_request "
    "space_link*",
    "talking": "thread* post_* follow_stop",
    "working": "my_spaces space document* decision* task*",
    "needs": "mission_needs need need_* competences_wanted",
    "ending": "space_settings space_pulse space_close space_merge space_report space_export registrar",
    "promising": "mission_list mission_portfolio mission_offer offer offer_answer portfolio_* portfolios "
    "open_commitments commitment_finish experiment_evidence* indicator_values measurement_edit",
    "seats": "event_sign_up* event_seat my_events",
    "news": "news news_confirm news_manage admin:insight_subscription_*",
    "reading": "about accessibility actor actor_chart actor_list contact cookies open_data privacy start styleguide "
    "actor_export",
    "registering": "registration_* actor_claim claim_code claim_done",
    "answering": "still_right still_right_left",
    "told": "notices digest_settings digest_by_mail mail_stop",
    "previewing": "mail_preview*",
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
    "health mail_report robots_txt security_txt sitemap sitemap_part region_css actor_feed my_data admin:jsi18n "
    "admin:autocomplete mfa_download_recovery_codes "
    "document_file document_preview decision_log talk_names method_export method_report_pdf mission_export "
    "ability_export programme_certificate mission_feed calendar_feed event_ics events_* matching_ics "
    "matching_guest_ics event_seat_ics event_export "
    "event_people_export event_evidence_export event_certificate*": "files and answers for programs",
    "home actor_confirm actor_follow claim_decide sign_out_everywhere registration_code_again go_on "
    "admin:login admin:logout "
    "admin:view_on_site mfa_login_webauthn agreement_accept space_step task_done "
    "thread_follow thread_close mission_step admin:platforms_partnership_move "
    "stage_tick stage_evidence_remove proposal_vote commitment_reopen offer_withdraw "
    "method_draft_begin method_stage_move event_tick "
    "ability_round_take_away ability_round_remind programme_join programme_publish programme_step_move "
    "admin:notifications_suppression_lift": "lead on to another page",
    "admin:*_delete": "one page for all tables, seen at the areas and, for what is protected, at the groups",
    "admin:*_history": "one page for all tables, seen at the actors' own and at the areas",
    "admin:accounts_auditentry_add admin:actors_claim_add admin:actors_merge_add admin:actors_twinpair_add "
    "admin:events_*_add admin:missions_method_add admin:mfa_authenticator_add admin:notifications_*_add "
    "admin:insight_subscription_add": "what the hub writes itself is added by nobody",
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
