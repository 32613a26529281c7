"""People and programs that come to the API's doors."""

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.test import Client

API = "/api/v1"


class Program:
    """A program with a token, or none: JSON in, JSON out; as strict about CSRF as a real server."""

    def __init__(self, secret: str | None = None) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def post(self, path, body, **headers):
        headers = {**self.headers, **headers}
        return self.client.post(f"{API}{path}", json.dumps(body), content_type="application/json", headers=headers)

    def get(self, path, **query):
        return self.client.get(f"{API}{path}", query, headers=self.headers)

    def report(self, body, key=None):
        return self.post("/reports", body, **{"Idempotency-Key": key or str(uuid4())})

    def send(self, content: bytes, name: str = "a.jpg", purpose: str = "near"):
        """Hand in a file."""
        from django.core.files.uploadedfile import SimpleUploadedFile

        file = SimpleUploadedFile(name, content, content_type="image/jpeg")
        return self.client.post(f"{API}/media", {"file": file, "purpose": purpose}, headers=self.headers)


@pytest.fixture
def anyone(world):
    return Program()


@pytest.fixture
def program(world):
    """Gives the program of a person of the world, with a token for all scopes."""
    from xiucheng.foundation.people import commands as people
    from xiucheng.foundation.people.rules import Standing

    made = {}

    def of(name: str, *scopes: str) -> Program:
        if (name, scopes) not in made:
            by = Standing.for_system("setup")
            if name not in made:
                made[name] = people.create_account(
                    by=by, now=world.now, person_id=world.people[name], username=name, password=f"Long-{uuid4()}"
                )
            issued = people.issue_token(
                by=by,
                now=datetime.now(UTC),
                label="test",
                scopes=scopes or ("reports", "read", "moves"),
                account_id=made[name],
            )
            made[name, scopes] = Program(issued.secret)
        return made[name, scopes]

    return of
