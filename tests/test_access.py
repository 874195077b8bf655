"""Who gets what: every URL name × persona × method, written by hand, asked for real, and complete.

The answers are data, not computed by what the code uses. Each line reads
`name[@target] METHOD  anonymous member owner editor other half_curator curator superuser`; see `tests.access.word`.
`member` has an open claim on the published actor; `other` speaks for another company; `half_curator` is a curator who
has not shown a second factor.
"""

from fnmatch import fnmatch

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.urls import reverse

from accounts.models import User
from actors.models import TwinPair
from tests.access import ANONYMOUS, PERSONAS, World, arguments, named_routes, word
from tests.staff import sign_in

SAME_FOR_ALL = {
    # Pages for anybody, that nobody can post to.
    ("200", "405"): """
        ability ability_export programme_list programme@course
        about accessibility actor@public actor_chart actor_export actor_feed actor_list actor_missions@public
        actor_partnerships@public cookies health method@library method_list method_version@library
        method_difference@library
        method_export@library mission@open_errand mission_picture@open_errand open_data
        partnership@together partnership_agreement@together partnership_list partnership_missions@together privacy
        actor_events@public event@meeting event_archive event_chart event_export event_list
        mission_events@open_errand partnership_events@together
        mission_export mission_feed mission_list mission_needs@mission mission_portfolio@mission
        open_commitments portfolios
        method_report@ran method_report_pdf@ran run@mission run_stage@mission runs@mission
        calendar_feed event_ics@matching events_ics events_atom matching_guest_ics
        region_css robots_txt security_txt sitemap sitemap_part start styleguide account_inactive
        account_password_reset_completed
        """,
    # Forms for anybody.
    ("200", "200"): "contact registration_start account_reset_password invitation meeting follow_stop digest_by_mail "
    "mail_stop still_right still_right_left news news_confirm news_manage mission_offer@mission event_seat "
    "event_seat_ics event_ticket_by_link event_certificate_by_link matching_guest",
    ("200", "302"): "meeting_follow_up",
    # Steps that send back whoever has not taken the one before.
    ("302", "302"): "event_sign_up_code@seating registration_code registration_details registration_taken claim_code",
    ("302", "302 "): "account_complete_password_reset",
    ("login", "login"): "account_confirm_password_reset_code",
    ("405", "302"): "registration_code_again",
    # For a provider's program, and only when one is connected.
    ("404", "404"): "mail_report",
}
# What a step of the admin answers below its door: curator, superuser.
STAFF_ONLY = "login 403 403 403 403 factor"

TABLE = """
event_people@gathering         GET  login 404 200 404 404 404 200 200
event_people@gathering         POST login 405 405 405 405 405 405 405
event_people_export@gathering  GET  login 404 200 404 404 404 200 200
event_people_export@gathering  POST login 405 405 405 405 405 405 405
event_certificate_of@gathering GET  login 404 200 404 404 404 200 200
event_certificate_of@gathering POST login 405 405 405 405 405 405 405
event_door@gathering           *    login 404 200 404 404 404 200 200
event_tick@gathering           GET  login 405 405 405 405 405 405 405
event_tick@gathering           POST login 404 302 404 404 404 302 302
event_came_list@gathering      *    login 404 200 404 404 404 200 200
event_ask@gathering            *    login 404 200 404 404 404 200 200
event_afterwards@gathering     *    login 404 200 404 404 404 200 200
event_check_in@gathering       GET  200   200 200 200 200 200 200 200
event_check_in@gathering       POST 404   404 302 404 404 404 302 302
event_ticket@gathering         GET  login 200 404 404 404 404 404 404
event_ticket@gathering         POST login 405 405 405 405 405 405 405
event_others@gathering         GET  login 200 404 404 404 404 404 404
event_others@gathering         POST login 302 404 404 404 404 404 404
event_certificate@gathering    GET  login 200 404 404 404 404 404 404
event_certificate@gathering    POST login 405 405 405 405 405 405 405
event_others_by_link           GET  200   200 200 200 200 200 200 200
event_others_by_link           POST 302   302 302 302 302 302 302 302
event_evidence*                GET  login 403 403 403 403 403 200 200
event_evidence*                POST login 405 405 405 405 405 405 405

actor@draft                 GET   404   404 200 200 404 404 200 200
actor@draft                 POST  405   405 405 405 405 405 405 405
actor_claim@foreign         GET   200   200 200 200 302 200 200 200
actor_claim@foreign         POST  200   200 200 200 302 200 200 200
actor_claim@draft           GET   404   404 404 404 404 404 404 404
actor_follow@public         GET   login 405 405 405 405 405 405 405
actor_follow@public         POST  login 302 302 302 302 302 302 302
actor_follow@draft          POST  login 404 404 404 404 404 404 404
actor_confirm@public        GET   login 405 405 405 405 405 405 405
actor_confirm@public        POST  login 404 302 302 404 404 302 302
actor_edit@public           GET   login 404 200 200 404 404 200 200
actor_edit@public           POST  login 404 200 200 404 404 200 200
actor_edit@draft            GET   login 404 200 200 404 404 200 200
claim_decide@claim          GET   login 405 405 405 405 405 405 405
claim_decide@claim          POST  login 404 302 404 404 404 404 404
claim_done@public           GET   login 200 404 404 404 404 404 404
claim_done@public           POST  login 405 405 405 405 405 405 405
registration_*@draft        GET   login 404 200 200 404 404 200 200
registration_can@draft      POST  login 404 200 200 404 404 200 200
registration_where@draft    POST  login 404 200 200 404 404 200 200
registration_seek@draft     POST  login 404 200 200 404 404 200 200
registration_preview@draft  POST  login 404 302 302 404 404 302 302
registration_done@draft     POST  login 405 405 405 405 405 405 405

event_matching@matching     *     login 200 302 200 200 200 302 302
matching_ics@matching       GET   login 404 404 200 404 404 404 404
matching_ics@matching       POST  login 405 405 405 405 405 405 405
matching_keep@matching      *     login 404 200 404 404 404 200 200
my_calendar                 GET   login 200 200 200 200 200 200 200
my_calendar                 POST  login 302 302 302 302 302 302 302
ability_round_new           *     login 404 404 404 404 404 200 200
ability_round               GET   login 404 200 200 200 404 200 200
ability_round               POST  login 405 405 405 405 405 405 405
ability_round_edit          *     login 404 404 404 404 404 200 200
ability_round_ask           *     login 404 404 404 404 404 200 200
ability_round_take_away     GET   login 404 404 404 404 404 405 405
ability_round_take_away     POST  login 404 404 404 404 404 302 302
ability_round_remind        GET   login 404 404 404 404 404 405 405
ability_round_remind        POST  login 404 404 404 404 404 302 302
ability_round_close         GET   login 404 404 404 404 404 200 200
ability_round_close         POST  login 404 404 404 404 404 302 302
ability_answer              GET   login 404 200 200 404 404 404 404
ability_answer              POST  login 404 409 409 404 404 404 404
ability_in_role             *     login 404 200 200 404 404 404 404
programme@secret_course     GET   404   404 404 404 404 404 200 200
programme@secret_course     POST  405   405 405 405 405 405 405 405
programme_new               *     login 404 404 404 404 404 200 200
programme_edit@course       *     login 404 404 404 404 404 200 200
programme_step@course       *     login 404 404 404 404 404 200 200
programme_step_new@course   *     login 404 404 404 404 404 200 200
programme_task@course       *     login 404 404 404 404 404 200 200
programme_publish@course    GET   login 404 404 404 404 404 405 405
programme_publish@course    POST  login 404 404 404 404 404 302 302
programme_step_move@course  GET   login 404 404 404 404 404 405 405
programme_step_move@course  POST  login 404 404 404 404 404 302 302
programme_step_remove@course GET  login 404 404 404 404 404 200 200
programme_step_remove@course POST login 404 404 404 404 404 302 302
programme_people@course     GET   login 404 200 200 404 404 200 200
programme_people@course     POST  login 405 405 405 405 405 405 405
programme_join@course       GET   login 405 405 405 405 405 405 405
programme_join@course       POST  login 302 302 302 302 302 302 302
programme_leave@course      GET   login 404 200 404 404 404 404 404
programme_leave@course      POST  login 404 302 404 404 404 404 404
programme_certificate@course GET  login 404 200 404 404 404 404 404
programme_certificate@course POST login 405 405 405 405 405 405 405
programme_step_done@course  *     login 404 302 404 404 404 404 404

notices                     GET   login 200 200 200 200 200 200 200
notices                     POST  login 400 400 400 400 400 400 400
digest_settings             GET   login 200 200 200 200 200 200 200
digest_settings             POST  login 200 200 200 200 200 200 200

mail_preview*               GET   login 404 404 404 404 factor 200 200
mail_preview*               POST  login 404 404 404 404 factor 405 405

my_spaces                   GET   login 200 200 200 200 200 200 200
my_spaces                   POST  login 405 405 405 405 405 405 405
space@room                  GET   login 200 200 200 404 404 404 404
space@room                  POST  login 405 405 405 405 405 405 405
space_members@room          GET   login 200 200 200 404 404 404 404
space_members@room          POST  login 405 405 405 405 405 405 405
space_member@room           GET   login 404 200 404 404 404 404 404
space_member@room           POST  login 404 302 404 404 404 404 404
space_member_remove@room    GET   login 404 200 404 404 404 404 404
space_member_remove@room    POST  login 404 302 404 404 404 404 404
space_leave@room            GET   login 200 200 200 404 404 404 404
space_leave@room            POST  login 302 200 302 404 404 404 404
space_welcome@room          GET   login 200 200 200 404 404 404 404
space_welcome@room          POST  login 302 302 302 404 404 404 404
space_door@room             *     login 404 404 404 404 404 404 404
space_request@room          *     login 404 200 404 404 404 404 404
invitations@room            GET   login 404 200 404 404 404 404 404
invitations@room            POST  login 404 302 404 404 404 404 404
invitation_new@room         *     login 404 200 404 404 404 404 404
invitation_one@room         *     login 404 200 404 404 404 404 404
space_links@room            *     login 404 200 404 404 404 404 404
space_link@room             GET   login 404 200 404 404 404 404 404
space_link@room             POST  login 404 302 404 404 404 404 404
invitation_decline          *     200   302 302 302 200 200 200 200
invitation_pass_on          *     200   302 302 302 302 302 302 302

space_settings@room         *     login 404 200 404 404 404 404 404
space_pulse@room            GET   login 404 200 404 404 404 404 404
space_pulse@room            POST  login 405 405 405 405 405 405 405
space_step@room             GET   login 405 405 405 405 405 405 405
space_step@room             POST  login 404 302 404 404 404 404 404
space_close@room            *     login 404 200 404 404 404 404 404
space_merge@room            *     login 404 200 404 404 404 404 404
space_report@closed         GET   404   404 200 404 404 404 404 404
space_report@told           GET   200   200 200 200 200 200 200 200
space_report@closed         POST  405   405 405 405 405 405 405 405
registrar                   GET   login 403 403 403 403 403 403 200
registrar                   POST  login 403 403 403 403 403 403 405
space_export@room           *     login 403 403 403 403 403 403 200

partnership@secret_plan     GET   404   404 404 404 404 404 200 200
partnership@secret_plan     POST  405   405 405 405 405 405 405 405
actor_partnerships@draft    GET   404   404 404 404 404 404 404 404
partnership_agreement@secret_plan GET 404 404 404 404 404 404 200 200
partnership_agreement@secret_plan POST 405 405 405 405 405 405 405 405
agreement_accept@together   GET   login 405 405 405 405 405 405 405
agreement_accept@together   POST  login 404 302 302 404 404 404 404
agreement_accept@secret_plan POST login 404 404 404 404 404 404 404
space_open@together         *     login 404 404 404 404 404 200 200
space_open@secret_plan      *     login 404 404 404 404 404 200 200

need_new@mission            *     login 302 200 200 404 404 404 404
need@mission                *     login 302 200 200 404 404 404 404
need_remove@mission         GET   login 302 200 200 404 404 404 404
need_remove@mission         POST  login 302 302 302 404 404 404 404
competences_wanted          GET   login 403 403 403 403 403 200 200
competences_wanted          POST  login 405 405 405 405 405 405 405
portfolio_add@mission       *     login 302 200 200 404 404 404 404
portfolio_edit@mission      *     login 302 200 200 404 404 404 404
portfolio_remove@mission    GET   login 302 200 200 404 404 404 404
portfolio_remove@mission    POST  login 302 302 302 404 404 404 404
experiment_evidence@mission *     login 302 200 200 404 404 404 404
experiment_evidence_remove@mission GET  login 302 200 200 404 404 404 404
experiment_evidence_remove@mission POST login 302 302 302 404 404 404 404
commitment_finish@mission   *     login 302 200 200 404 404 404 404
commitment_reopen@mission   GET   login 405 405 405 405 405 405 405
commitment_reopen@mission   POST  login 302 302 302 404 404 404 404
indicator_values@mission    *     login 302 200 200 404 404 404 404
measurement_edit@mission    *     login 302 200 200 404 404 404 404
offer@mission               GET   login 404 404 404 200 404 404 404
offer@mission               POST  login 405 405 405 405 405 405 405
offer_withdraw@mission      GET   login 405 405 405 405 405 405 405
offer_withdraw@mission      POST  login 404 404 404 302 404 404 404
offer_answer@mission        *     login 302 200 302 404 404 404 404
method@secret_method        GET   404   404 200 404 404 404 404 200
method@secret_method        POST  405   405 405 405 405 405 405 405
method_version@secret_method GET  404   404 200 404 404 404 404 200
method_version@secret_method POST 405   405 405 405 405 405 405 405
method_export@secret_method GET   404   404 200 404 404 404 404 200
method_export@secret_method POST  405   405 405 405 405 405 405 405
method_difference@secret_method GET 404 404 404 404 404 404 404 404
method_difference@secret_method POST 405 405 405 405 405 405 405 405
method_draft@library        GET   login 404 200 404 404 404 404 200
method_draft@library        POST  login 404 405 404 404 404 404 405
method_new                  *     login 404 404 404 404 404 404 200
method_draft_begin@library  GET   login 404 405 404 404 404 404 405
method_draft_begin@library  POST  login 404 302 404 404 404 404 302
method_texts@library        *     login 404 200 404 404 404 404 200
method_stage_new@library    *     login 404 200 404 404 404 404 200
method_stage@library        *     login 404 200 404 404 404 404 200
method_stage_move@library   GET   login 404 405 404 404 404 404 405
method_stage_move@library   POST  login 404 302 404 404 404 404 302
method_stage_remove@library GET   login 404 200 404 404 404 404 200
method_stage_remove@library POST  login 404 302 404 404 404 404 302
method_why@library          *     login 404 404 404 404 404 404 404
method_publish@library      *     login 404 200 404 404 404 404 200
method_discard@library      GET   login 404 200 404 404 404 404 200
method_discard@library      POST  login 404 302 404 404 404 404 302
method_retire@library       GET   login 404 200 404 404 404 404 200
method_retire@library       POST  login 404 302 404 404 404 404 302

run_new@mission             *     login 302 200 302 404 404 404 404
run_roles@mission           GET   login 302 200 200 404 404 404 404
run_roles@mission           POST  login 302 302 302 404 404 404 404
run_move@mission            *     login 302 302 302 404 404 404 404
run_close@mission           *     login 302 200 302 404 404 404 404
run_learning@mission        GET   login 200 200 200 404 404 404 404
run_learning@mission        POST  login 405 405 405 405 405 405 405
run_review@mission          GET   login 302 200 200 404 404 404 404
run_review@mission          POST  login 302 302 302 404 404 404 404
proposal_new@mission        *     login 302 200 200 404 404 404 404
proposal_settle@mission     *     login 302 200 302 404 404 404 404
proposal_vote@mission       GET   login 405 405 405 405 405 405 405
proposal_vote@mission       POST  login 302 302 302 404 404 404 404
stage_tick@mission          GET   login 405 405 405 405 405 405 405
stage_tick@mission          POST  login 302 302 302 404 404 404 404
stage_gate@mission          GET   login 302 200 200 404 404 404 404
stage_gate@mission          POST  login 302 200 302 404 404 404 404
stage_skip@mission          *     login 302 200 302 404 404 404 404
stage_output@mission        *     login 302 200 200 404 404 404 404
stage_evidence@mission      *     login 302 200 200 404 404 404 404
stage_evidence_remove@mission GET login 405 405 405 405 405 405 405
stage_evidence_remove@mission POST login 302 302 302 404 404 404 404

event_sign_up@seating       GET   200   200 200 200 200 200 200 200
event_sign_up@seating       POST  200   302 302 302 302 302 302 302
event_sign_up@closed_seating GET  login 200 200 200 404 404 200 200
event_sign_up@closed_seating POST login 302 302 302 404 404 302 302
event_sign_up_code@closed_seating * login 302 302 302 404 404 302 302
event_sign_up_colleague@seating * login 200 200 200 200 200 200 200
event_sign_up_colleague@closed_seating * login 404 404 404 404 404 404 404
my_events                   GET   login 200 200 200 200 200 200 200
my_events                   POST  login 405 405 405 405 405 405 405

home                        GET   login 302 302 302 302 302 302 302
home                        POST  login 405 405 405 405 405 405 405

documents@room              GET   login 200 200 200 404 404 404 404
documents@room              POST  login 302 200 200 404 404 404 404
document@room               GET   login 200 200 200 404 404 404 404
document@room               POST  login 302 200 200 404 404 404 404
document_edit@room          *     login 302 200 200 404 404 404 404
document_remove@room        GET   login 302 200 302 404 404 404 404
document_remove@room        POST  login 302 302 302 404 404 404 404
document_file@room          GET   login 200 200 200 404 404 404 404
document_file@room          POST  login 405 405 405 405 405 405 405
document_preview@room       GET   login 200 200 200 404 404 404 404
document_preview@room       POST  login 405 405 405 405 405 405 405
decisions@room              GET   login 200 200 200 404 404 404 404
decisions@room              POST  login 405 405 405 405 405 405 405
decision_log@room           GET   login 200 200 200 404 404 404 404
decision_log@room           POST  login 405 405 405 405 405 405 405
decision_new@room           *     login 302 200 200 404 404 404 404
decision@room               GET   login 200 200 200 404 404 404 404
decision@room               POST  login 302 200 200 404 404 404 404
decision_edit@room          *     login 302 200 200 404 404 404 404
decision_record@room        *     login 302 200 200 404 404 404 404
tasks@room                  GET   login 200 200 200 404 404 404 404
tasks@room                  POST  login 302 200 200 404 404 404 404
task_edit@room              *     login 302 200 200 404 404 404 404
task_done@room              GET   login 405 405 405 405 405 405 405
task_done@room              POST  login 302 302 302 404 404 404 404

threads@room                GET   login 200 200 200 404 404 404 404
threads@room                POST  login 405 405 405 405 405 405 405
thread_new@room             GET   login 302 200 200 404 404 404 404
thread_new@room             POST  login 302 200 200 404 404 404 404
talk_names@room             GET   login 404 200 200 404 404 404 404
talk_names@room             POST  login 405 405 405 405 405 405 405
thread@room                 *     login 200 200 200 404 404 404 404
thread_follow@room          *     login 302 302 302 404 404 404 404
thread_close@room           GET   login 302 302 302 404 404 404 404
thread_close@room           POST  login 302 302 302 404 404 404 404
thread_move@room            *     login 404 200 404 404 404 404 404
post_edit@room              *     login 404 404 200 404 404 404 404
post_history@room           GET   login 200 200 200 404 404 404 404
post_history@room           POST  login 405 405 405 405 405 405 405
post_remove@room            GET   login 404 200 200 404 404 404 404
post_remove@room            POST  login 404 302 302 404 404 404 404

mission@errand              GET   404   200 200 200 404 404 200 200
mission@errand              POST  405   405 405 405 405 405 405 405
mission_picture@errand      GET   404   200 200 200 404 404 200 200
mission_picture@errand      POST  405   405 405 405 405 405 405 405
mission_new                 *     login 404 404 404 404 404 200 200
mission_goal@errand         *     login 302 200 200 404 404 404 404
mission_criteria@errand     GET   login 302 200 200 404 404 404 404
mission_criteria@errand     POST  login 302 409 409 404 404 404 404
mission_step@errand         GET   login 405 405 405 405 405 405 405
mission_step@errand         POST  login 302 302 302 404 404 404 404
mission_end@errand          *     login 302 200 302 404 404 404 404
mission_relocate@errand     *     login 404 404 404 404 404 404 404
mission_publish@errand      GET   login 302 200 302 404 404 200 200
mission_publish@errand      POST  login 302 302 302 404 404 302 302
statement_new@errand        *     login 302 200 200 404 404 404 404
statement@errand            *     login 302 200 200 404 404 404 404
statement_remove@errand     GET   login 302 200 200 404 404 404 404
statement_remove@errand     POST  login 302 302 302 404 404 404 404
evidence_new@errand         *     login 302 200 200 404 404 404 404
evidence_remove@errand      GET   login 302 200 200 404 404 404 404
evidence_remove@errand      POST  login 302 302 302 404 404 404 404
event@secret_draft          GET   404   404 200 404 404 404 200 200
event@secret_draft          POST  405   405 405 405 405 405 405 405
event@inside                GET   404   200 200 200 404 404 200 200
event@inside                POST  405   405 405 405 405 405 405 405
event_new                   *     login 404 404 404 404 404 200 200
event_edit@meeting          *     login 404 404 404 404 404 200 200
event_copy@meeting          *     login 404 404 404 404 404 200 200
event_series@meeting        *     login 404 404 404 404 404 200 200
event_step@meeting          *     login 404 404 404 404 404 200 200
event_edit@inside           *     login 404 200 404 404 404 200 200
event_copy@inside           *     login 404 200 404 404 404 200 200
event_series@inside         *     login 404 200 404 404 404 200 200
event_step@inside           *     login 404 200 404 404 404 200 200
event_edit@secret_draft     *     login 404 200 404 404 404 200 200
mission_events@errand       GET   404   200 200 200 404 404 200 200
mission_events@errand       POST  405   405 405 405 405 405 405 405
partnership_events@secret_plan GET 404 404 404 404 404 404 200 200
partnership_events@secret_plan POST 405 405 405 405 405 405 405 405
actor_events@draft          GET   404   404 404 404 404 404 404 404
space_events@room           GET   login 200 200 200 404 404 404 404
space_events@room           POST  login 405 405 405 405 405 405 405
space_event_new@room        *     login 404 200 404 404 404 404 404

space_missions@room         GET   login 200 200 200 404 404 404 404
space_missions@room         POST  login 405 405 405 405 405 405 405
space_mission_new@room      *     login 404 200 404 404 404 404 404

my_page                     GET   login 200 200 200 200 200 200 200
my_page                     POST  login 405 405 405 405 405 405 405
my_data                     GET   login 200 200 200 200 200 200 200
my_data                     POST  login 405 405 405 405 405 405 405
my_person                   *     login 200 200 200 200 200 200 200
go_on                       GET   login 302 302 302 302 302 302 302
go_on                       POST  login 405 405 405 405 405 405 405
sign_out_everywhere         GET   login 405 405 405 405 405 405 405
sign_out_everywhere         POST  login 302 302 302 302 302 302 302
close_account               *     login 200 200 200 200 200 factor factor

account_login               *     200   302 302 302 302 302 302 302
account_signup              *     200   302 302 302 302 302 302 302
account_request_login_code  *     200   302 302 302 302 302 302 302
account_confirm_login_code  *     login 302 302 302 302 302 302 302
account_email_verification_sent * login 302 302 302 302 302 302 302
account_logout              GET   302   200 200 200 200 200 200 200
account_logout              POST  302   302 302 302 302 302 302 302
account_email               GET   login 200 200 200 200 200 200 200
account_email               POST  login 302 302 302 302 302 302 302
account_change_password     *     login 302 302 302 302 302 302 302
account_set_password        *     login 200 200 200 200 200 200 200
account_reauthenticate      *     login 403 403 403 403 403 factor factor

mfa_index                   GET   login 200 200 200 200 200 200 200
mfa_index                   POST  login 405 405 405 405 405 405 405
mfa_list_webauthn           GET   login 200 200 200 200 200 200 200
mfa_list_webauthn           POST  login 405 405 405 405 405 405 405
mfa_authenticate            *     login 302 302 302 302 302 302 302
mfa_login_webauthn          *     login 302 302 302 302 302 302 302
mfa_reauthenticate          *     login 403 403 403 403 403 200 200
mfa_reauthenticate_webauthn *     login 403 403 403 403 403 factor factor
mfa_activate_totp           *     login 200 200 200 200 200 factor factor
mfa_add_webauthn            *     login 200 200 200 200 200 factor factor
mfa_generate_recovery_codes *     login 200 200 200 200 200 factor factor
mfa_deactivate_totp         *     login 404 404 404 404 404 factor factor
mfa_edit_webauthn@one       *     login 404 404 404 404 404 factor factor
mfa_remove_webauthn@one     *     login 404 404 404 404 404 factor factor
mfa_download_recovery_codes *     login 404 404 404 404 404 404 404
mfa_view_recovery_codes     GET   login 404 404 404 404 404 404 404
mfa_view_recovery_codes     POST  login 405 405 405 405 405 405 405

admin:index                 *     STAFF 200 200
admin:app_list              *     STAFF 200 200
admin:login                 *     STAFF 302 302
admin:logout                GET   STAFF 405 405
admin:logout                POST  STAFF 302 302
admin:jsi18n                GET   STAFF 200 200
admin:jsi18n                POST  STAFF 405 405
admin:autocomplete          GET   STAFF 403 403
admin:autocomplete          POST  STAFF 405 405
admin:password_change       *     STAFF 200 200
admin:password_change_done  GET   STAFF 200 200
admin:password_change_done  POST  STAFF 405 405
admin:view_on_site          *     STAFF 302 302
admin:actors_actor_queue    GET   STAFF 200 200
admin:actors_actor_queue    POST  STAFF 405 405
admin:actors_actor_review   *     STAFF 200 200
admin:actors_actor_bulk     GET   STAFF 405 405
admin:actors_actor_bulk     POST  STAFF 200 200
admin:actors_actor_merge    *     STAFF 200 200
admin:actors_actor_add      *     STAFF 200 200
admin:actors_actor_change   GET   STAFF 200 200
admin:actors_actor_change   POST  STAFF 409 409
admin:actors_actor_delete   *     STAFF 403 403
admin:actors_competence_add *     STAFF 200 200
admin:actors_claim_add      *     STAFF 403 403
admin:actors_claim_delete   *     STAFF 403 403
admin:actors_twinpair_add   *     STAFF 403 403
admin:actors_twinpair_delete  *   STAFF 403 403
admin:actors_twinpair_change  *   STAFF 404 404
admin:actors_merge_add      *     STAFF 403 403
admin:actors_merge_delete   *     STAFF 403 403
admin:actors_merge_change   GET   STAFF 200 200
admin:actors_merge_change   POST  STAFF 302 302
admin:actors_twinpair_history *   STAFF 302 302
admin:actors_*_add          *     STAFF 403 200
admin:actors_*_delete       *     STAFF 403 200
admin:actors_*_change       *     STAFF 200 200
admin:actors_*_changelist   *     STAFF 200 200
admin:actors_*_history      *     STAFF 200 200
admin:missions_method_add    *     STAFF 403 403
admin:missions_method_change *     STAFF 403 200
admin:missions_method_delete *     STAFF 403 403
admin:missions_method_changelist * STAFF 403 200
admin:missions_method_history *    STAFF 403 200
admin:platforms_partnership_move GET  STAFF 405 405
admin:platforms_partnership_move POST STAFF 302 302
admin:platforms_partnership_add *     STAFF 200 200
admin:platforms_partnership_change GET  STAFF 200 200
admin:platforms_partnership_change POST STAFF 409 409
admin:platforms_partnership_delete *  STAFF 403 403
admin:platforms_partnership_changelist * STAFF 200 200
admin:platforms_partnership_history * STAFF 200 200
admin:events_event_add      *     STAFF 403 403
admin:events_event_change   GET   STAFF 200 200
admin:events_event_change   POST  STAFF 409 409
admin:events_event_delete   *     STAFF 403 403
admin:events_event_changelist *   STAFF 200 200
admin:events_event_history  *     STAFF 200 200
admin:events_*_add          *     STAFF 403 403
admin:events_*_delete       *     STAFF 403 403
admin:events_*_change       GET   STAFF 200 200
admin:events_*_change       POST  STAFF 403 403
admin:events_*_changelist   *     STAFF 200 200
admin:events_*_history      *     STAFF 200 200
admin:missions_mission_add  *     STAFF 200 200
admin:missions_mission_change GET  STAFF 200 200
admin:missions_mission_change POST STAFF 409 409
admin:missions_mission_delete *   STAFF 403 403
admin:missions_mission_changelist * STAFF 200 200
admin:missions_mission_history *  STAFF 200 200
admin:accounts_user_change  GET   STAFF 200 200
admin:accounts_user_change  POST  STAFF 403 200
admin:accounts_user_add     *     STAFF 403 200
admin:accounts_user_delete  *     STAFF 403 403
admin:accounts_auditentry_change GET  STAFF 200 200
admin:accounts_auditentry_change POST STAFF 403 403
admin:accounts_auditentry_add *   STAFF 403 403
admin:accounts_auditentry_delete * STAFF 403 403
admin:accounts_*_changelist *     STAFF 200 200
admin:accounts_*_history    *     STAFF 200 200
admin:notifications_email_html GET  STAFF 200 200
admin:notifications_email_html POST STAFF 405 405
admin:notifications_suppression_lift GET  STAFF 405 405
admin:notifications_suppression_lift POST STAFF 302 302
admin:notifications_*_change GET  STAFF 200 200
admin:notifications_*_change POST STAFF 403 403
admin:notifications_*_add   *     STAFF 403 403
admin:notifications_*_delete *    STAFF 403 403
admin:notifications_*_changelist * STAFF 200 200
admin:notifications_*_history *   STAFF 200 200
admin:insight_subscription_change GET  STAFF 200 200
admin:insight_subscription_change POST STAFF 403 403
admin:insight_subscription_changelist * STAFF 200 200
admin:insight_subscription_history * STAFF 200 200
admin:insight_subscription_* *    STAFF 403 403
admin:auth_group_*          *     STAFF 403 200
admin:mfa_authenticator_changelist * STAFF 403 200
admin:mfa_authenticator_add *     STAFF 403 403
admin:mfa_authenticator_history * STAFF 302 302
admin:mfa_authenticator_change GET STAFF 403 302
admin:mfa_authenticator_change POST STAFF 403 403
admin:mfa_authenticator_delete * STAFF 403 302
"""
# The stock admin's catch-all and its old short addresses have no names; they answer as the door of the admin does.
UNNAMED = ("/admin/nowhere/", "/admin/actors/actor/1/", "/en/admin/nowhere/")


def lines():
    """Each line of the table as (name pattern, target, method, eight answers)."""
    for (get, post), names in SAME_FOR_ALL.items():
        for name in names.split():
            stem, _at, target = name.partition("@")
            yield stem, target, "GET", [get] * len(PERSONAS)
            yield stem, target, "POST", [post.strip()] * len(PERSONAS)
    for line in TABLE.strip().splitlines():
        if line.strip():
            where, method, *answers = line.replace("STAFF", STAFF_ONLY).split()
            stem, _at, target = where.partition("@")
            yield stem, target, method, answers


def expected(name, method):
    """The lines for one name and method: every exact one, else the first pattern that fits."""
    fits = [line for line in lines() if fnmatch(name, line[0]) and line[2] in (method, "*")]
    return [line for line in fits if line[0] == name] or fits[:1]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.django_db
def test_every_address_answers_every_persona_as_the_table_says(method):
    world, wrong = World(), []
    for route in named_routes():
        rows = expected(route["name"], method)
        if not rows:
            wrong.append(f"{route['name']} {method} is missing from the table")
        for _name, target, _method, answers in rows:
            path = reverse(route["name"], kwargs=arguments(world, route, target))
            data = world.forms.get(route["name"])
            got = [word(world.ask(persona, method, path, data)) for persona in PERSONAS]
            if got != answers:
                wrong.append(f"{route['name']}@{target} {method}: {' '.join(got)}, the table says {' '.join(answers)}")
    assert wrong == []


def test_the_table_names_no_address_that_is_gone():
    names = [route["name"] for route in named_routes()]
    assert [line[0] for line in lines() if not any(fnmatch(name, line[0]) for name in names)] == []


def test_what_the_code_says_about_the_door_is_what_the_table_says():
    """`routes` reads decorators; the table was written by hand: they must agree on who is asked to sign in."""
    wrong = []
    for route in named_routes():
        asked_to_sign_in = {line[3][0] for line in expected(route["name"], "GET")} == {"login"}
        if route["name"].startswith(("account_", "mfa_")) or route["name"] == "admin:login":
            continue  # allauth decides inside its views
        if asked_to_sign_in != (route["who"] != "anyone"):
            wrong.append(route["name"])
    assert wrong == []


def test_methods_that_the_code_refuses_are_refused():
    for route in named_routes():
        for method in ("GET", "POST"):
            for line in expected(route["name"], method):
                if route["methods"] != ["ANY"] and method not in route["methods"]:
                    assert line[3][-1] not in {"200", "302"}, route["name"]


# What staff may open without any right: the door itself, their own password, and the way out to the public page.
OPEN_TO_STAFF = {
    *("admin:index", "admin:jsi18n", "admin:login", "admin:logout", "admin:view_on_site"),
    *("admin:password_change", "admin:password_change_done"),
}


@pytest.mark.django_db
def test_staff_without_a_right_get_nothing_of_the_administration():
    """A second factor opens the door; each page asks for its own right, also when the request is made by hand."""
    world, wrong = World(), []
    bare = world.people["other"]
    User.objects.filter(pk=bare.pk).update(is_staff=True)
    sign_in(world.clients["other"], bare)
    world.rows["actors_twinpair"] = TwinPair.objects.create(first=world.public, second=world.foreign, score=90).pk
    world.rows["account_emailaddress"] = EmailAddress.objects.create(user=bare, email=bare.email).pk
    world.rows["mfa_authenticator"] = Authenticator.objects.get(user=bare).pk
    for route in named_routes():
        if not route["name"].startswith("admin:") or route["name"] in OPEN_TO_STAFF:
            continue
        path = reverse(route["name"], kwargs=arguments(world, route, "public"))
        got = [word(world.ask("other", method, path)) for method in ("GET", "POST")]
        if not set(got) <= {"403", "404", "405"}:
            wrong.append(f"{route['name']}: {got}")
    assert world.ask("other", "GET", reverse("admin:index")).status_code == 200
    assert wrong == []


@pytest.mark.django_db
def test_addresses_without_a_name_stand_behind_the_door_of_the_admin():
    world = World()
    for path in UNNAMED:
        got = [word(world.ask(persona, "GET", path)) for persona in PERSONAS[:6]]
        assert got == STAFF_ONLY.split()


@pytest.mark.django_db
def test_each_persona_is_really_signed_in():
    """A crawl that was logged out half-way would agree with much of the table."""
    world = World()
    for persona in PERSONAS[1:]:
        page = world.ask(persona, "GET", reverse("my_page")).content.decode()
        assert f"The {persona}" in page
    start = world.ask(ANONYMOUS, "GET", reverse("start")).content.decode()
    assert [persona for persona in PERSONAS if f"The {persona}" in start] == []


@pytest.mark.django_db
def test_a_draft_is_told_of_to_nobody_else():
    world = World()
    for name in ("actor_list", "actor_feed", "sitemap", "start", "my_page", "my_data"):
        for persona in (ANONYMOUS, "member", "other", "half_curator"):
            answer = world.ask(persona, "GET", reverse(name))
            assert b"Secret Draft" not in answer.content
            assert world.draft.slug.encode() not in answer.content
    export = world.ask("member", "GET", reverse("actor_export", args=["csv"]))
    rows = b"".join(export.streaming_content)
    assert b"Secret Draft" not in rows
    assert b"Public Works" in rows
