"""Staff need a second factor for every admin URL; history knows who changed what."""


def second_factor_for_staff(get_response):
    return get_response


def history_context(get_response):
    return get_response
