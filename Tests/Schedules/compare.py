"""Compares schedules with second implementations: croniter and python-dateutil for the local times, zoneinfo for the zones.

    compare.py PROGRAM [NUMBER] [SEED]

PROGRAM is Tests/Support/legwork-schedule-printer. What the libraries do with daylight saving is their own; here they say local times only, and
the policy of docs/schedules.md is applied to those.
"""

import random
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from itertools import islice
from zoneinfo import ZoneInfo

from croniter import croniter
from dateutil.rrule import rrulestr

ZONES = [
    "UTC", "Europe/Berlin", "Europe/Dublin", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu",
    "Africa/Casablanca", "Pacific/Apia", "America/St_Johns", "Asia/Tehran", "Pacific/Chatham", "Antarctica/Troll",
]
# Days on which clocks are set in some of them.
EVENTS = ["2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05", "2026-10-04", "2027-02-07", "2038-03-28", "2150-10-25"]
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
TIMES = 6


def ms(instant):
    return int(instant.timestamp()) * 1000


def instant(local, zone):
    """The first instant with a local time; of a missing one the first instant after the gap."""
    first = local.replace(tzinfo=zone, fold=0)
    after = first.astimezone(timezone.utc)
    if after.astimezone(zone).replace(tzinfo=None) == local:
        return after
    # In a gap fold=1 means the offset after it, and the gap ends where both offsets meet.
    low, high = local.replace(tzinfo=zone, fold=1).astimezone(timezone.utc), after
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset():
            low = middle
        else:
            high = middle
    return high


def fixed(locals_, zone, after, count):
    times = []
    for local in locals_:
        time = instant(local, zone)
        if time <= after or times and time <= times[-1]:
            continue
        times.append(time)
        if len(times) == count:
            break
    return times


def cron_locals(expression, local):
    walk = croniter(expression, local - timedelta(days=3), implement_cron_bug=True)
    while True:
        yield walk.get_next(datetime)


def cron_elapsed(expression, zone, after, count):
    """Every minute whose local time fits, however the clocks are set meanwhile."""
    times, cursor = [], after
    while len(times) < count:
        local = cursor.astimezone(zone)
        candidate = croniter(expression, local.replace(tzinfo=None), implement_cron_bug=True).get_next(datetime)
        # With one offset it would be this long; a change before that is gone to first.
        ahead = cursor + (candidate - local.replace(tzinfo=None))
        if ahead.astimezone(zone).utcoffset() == local.utcoffset() and not changes(cursor, ahead, zone):
            times.append(ahead)
            cursor = ahead
        else:
            change = next_change(cursor, ahead, zone)
            shown = change.astimezone(zone).replace(tzinfo=None)
            if matches(expression, shown):
                times.append(change)
            cursor = change
    return times


def matches(expression, local):
    return croniter(expression, local - timedelta(minutes=1), implement_cron_bug=True).get_next(datetime) == local


def changes(begin, end, zone):
    offset, step = begin.astimezone(zone).utcoffset(), begin
    while step < end:
        step = min(end, step + timedelta(days=5))
        if step.astimezone(zone).utcoffset() != offset:
            return True
    return False


def next_change(begin, end, zone):
    offset, low = begin.astimezone(zone).utcoffset(), begin
    high = low
    while high.astimezone(zone).utcoffset() == offset:
        low, high = high, high + timedelta(days=5)
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high


def field(rng, low, high):
    kind = rng.random()
    if kind < 0.35:
        return "*"
    if kind < 0.5:
        return f"*/{rng.randint(1, max(2, (high - low) // 2))}"
    if kind < 0.65:
        first = rng.randint(low, high)
        last = rng.randint(first, high)
        step = f"/{rng.randint(1, 5)}" if rng.random() < 0.4 else ""
        return f"{first}-{last}{step}" if first < last else str(first)
    return ",".join(str(rng.randint(low, high)) for _ in range(rng.randint(1, 3)))


def cron(rng):
    day = field(rng, 1, 28) if rng.random() < 0.9 else rng.choice(["29", "30", "31"])
    month = "*" if rng.random() < 0.6 else field(rng, 1, 12)
    return f"{field(rng, 0, 59)} {field(rng, 0, 23)} {day} {month} {field(rng, 0, 6)}"


def rrule(rng):
    freq = rng.choice(["HOURLY", "DAILY", "WEEKLY", "MONTHLY"])
    parts = [f"FREQ={freq}"]
    if rng.random() < 0.5:
        parts.append(f"INTERVAL={rng.randint(1, 6)}")
    if rng.random() < 0.5:
        days = rng.sample(DAYS, rng.randint(1, 3))
        if freq == "MONTHLY" and rng.random() < 0.6:
            days = [f"{rng.choice([1, 2, 3, 4, 5, -1, -2])}{day}" for day in days]
        parts.append("BYDAY=" + ",".join(days))
    if freq != "WEEKLY" and rng.random() < 0.3:
        parts.append("BYMONTHDAY=" + ",".join(str(rng.choice([*range(1, 32), -1, -2, -10])) for _ in range(rng.randint(1, 4))))
    if rng.random() < 0.5:
        parts.append("BYHOUR=" + ",".join(map(str, sorted(rng.sample(range(24), rng.randint(1, 3))))))
    if rng.random() < 0.5:
        parts.append("BYMINUTE=" + ",".join(map(str, sorted(rng.sample(range(60), rng.randint(1, 3))))))
    if freq == "WEEKLY" and rng.random() < 0.3:
        parts.append("WKST=" + rng.choice(DAYS))
    end = rng.random()
    if end < 0.2:
        parts.append(f"COUNT={rng.randint(1, 20)}")
    return ";".join(parts), freq


def ask(program, lines):
    answer = subprocess.run([program], input="".join("\t".join(map(str, line)) + "\n" for line in lines), text=True, capture_output=True, check=True)
    return answer.stdout.splitlines()


def moment(rng):
    """Any second between 1990 and 2160, often one within two days of a change of clocks."""
    if rng.random() < 0.6:
        day = datetime.fromisoformat(rng.choice(EVENTS)).replace(tzinfo=timezone.utc)
        return day + timedelta(seconds=rng.randint(-129_600, 129_600))
    return datetime.fromtimestamp(rng.randint(631_152_000, 5_996_000_000), timezone.utc)


def main():
    program = sys.argv[1]
    number = int(sys.argv[2]) if len(sys.argv) > 2 else 1500
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 20261126
    rng = random.Random(seed)
    lines, expected = [], []

    for _ in range(number * 2):
        name, at = rng.choice(ZONES), moment(rng)
        lines.append(("zone", "", name, 0, ms(at), 0))
        expected.append(str(int(at.astimezone(ZoneInfo(name)).utcoffset().total_seconds())))

    for _ in range(number):
        name, after, expression = rng.choice(ZONES), moment(rng), cron(rng)
        zone = ZoneInfo(name)
        local = after.astimezone(zone).replace(tzinfo=None)
        try:
            if expression.split()[1].startswith("*"):
                times = cron_elapsed(expression, zone, after, TIMES)
            else:
                times = fixed(cron_locals(expression, local), zone, after, TIMES)
        except Exception as error:  # croniter gives up on what is rare
            if "CroniterBadDateError" not in type(error).__name__:
                raise
            continue
        lines.append(("cron", expression, name, 0, ms(after), TIMES))
        expected.append(",".join(str(ms(time)) for time in times))

    for _ in range(number):
        text, freq = rrule(rng)
        # Hourly rules follow elapsed time, which dateutil has in UTC only.
        name = "UTC" if freq == "HOURLY" else rng.choice(ZONES)
        zone, start = ZoneInfo(name), moment(rng)
        local = start.astimezone(zone).replace(tzinfo=None)
        start = instant(local, zone)
        after = start + timedelta(seconds=rng.choice([-1, rng.randint(0, 86_400), rng.randint(0, 40_000_000)]))
        try:
            rule = rrulestr(text, dtstart=local)
        except ValueError:  # hours that never come
            continue
        walk = islice(rule, 400_000) if "COUNT" in text else rule.xafter(after.astimezone(zone).replace(tzinfo=None) - timedelta(days=2))
        try:
            times = fixed(walk, zone, after, TIMES)
        except (ValueError, OverflowError):  # beyond the year 9999
            continue
        horizon = datetime(2199, 12, 31, tzinfo=timezone.utc)
        if len(times) < TIMES and "COUNT" not in text or any(time > horizon for time in times):
            continue
        if freq == "HOURLY" and any(later - earlier > timedelta(days=3600) for earlier, later in zip([after, *times], times)):
            continue
        if not times and next(iter(rule), None) is None:
            continue
        lines.append(("rrule", text, name, ms(start), ms(after), TIMES))
        expected.append(",".join(str(ms(time)) for time in times))

    answers = ask(program, lines)
    assert len(answers) == len(lines), f"{len(answers)} answers to {len(lines)} questions"
    wrong = [(line, want, got) for line, want, got in zip(lines, expected, answers) if want != got]
    kinds = {kind: sum(line[0] == kind for line in lines) for kind in ("zone", "cron", "rrule")}
    print(f"schedules: {len(lines) - len(wrong)} of {len(lines)} answers agree ({kinds}, seed {seed})")
    for line, want, got in wrong[:10]:
        print("asked", line, "\n  expected", shown(want), "\n  got     ", shown(got))
    sys.exit(1 if wrong else 0)


def shown(times):
    try:
        return [datetime.fromtimestamp(int(time) / 1000, timezone.utc).isoformat() for time in times.split(",") if time]
    except (ValueError, OverflowError):
        return times


main()
