"""Sign-in: allauth with a second factor for staff, lock-out that holds over processes; imported by settings."""

from . import environment

SIGNIN_APPS = ["allauth", "allauth.account", "allauth.mfa"]
SIGNIN_MIDDLEWARE = [
    "allauth.account.middleware.AccountMiddleware",
    "xiucheng.foundation.people.signin.RequireSecondFactor",
]

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["xiucheng.foundation.people.hashers.Argon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Rates of sign-in and spent one-time codes are remembered in the database: a memory of one process would let somebody
# try once per process.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "people_remembered",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

# Accounts are made by an administrator, carry a user name and no mail address.
ACCOUNT_ADAPTER = "xiucheng.foundation.people.signin.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
# A shift of twelve hours, whether or not the browser is closed in between.
ACCOUNT_SESSION_REMEMBER = True
SESSION_COOKIE_AGE = 12 * 3600
# `login` and `login_failed` per address are against trying many names; one name locks by our own count, and guesses at
# a second factor are counted per account (its key is the account).
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "30/m/ip,5/300s/key"}

# After so many attempts within so many minutes a user name is locked for as long (D).
SIGNIN_LOCK_AFTER = environment.number("XIUCHENG_LOCK_AFTER")
SIGNIN_LOCK_MINUTES = environment.number("XIUCHENG_LOCK_MINUTES")

MFA_ADAPTER = "xiucheng.foundation.people.signin.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
# Phones' clocks differ; one step before and after is what RFC 6238 §5.2 allows for.
MFA_TOTP_TOLERANCE = 1

# How many proxies of ours stand before the site and append to X-Forwarded-For.
ALLAUTH_TRUSTED_PROXY_COUNT = environment.number("XIUCHENG_PROXIES")

# Where every erasure is noted outside both databases as well; empty: nowhere.
XIUCHENG_ERASURE_LIST = environment.text("XIUCHENG_ERASURE_LIST")

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
