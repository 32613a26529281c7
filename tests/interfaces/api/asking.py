"""What a refusal of the API looks like."""


def refused(answer, *statuses):
    assert answer.status_code in statuses, (answer.status_code, answer.content[:300])
    problem = answer.json()
    assert set(problem) == {"code", "text", "fields"}
    assert problem["code"]
    assert problem["text"]
    return problem
