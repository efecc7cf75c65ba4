"""Measures how many events auraxium delivers. The environment contains the job, as for all clients."""

import asyncio
import json
import os
import resource
import time

import auraxium
from auraxium import event

JOB = json.loads(os.environ['BENCH_JOB'])
FIRST = JOB['events'] // 10
LAST = FIRST + JOB['events']

# It has no class of the name AchievementEarned.
EVENTS = (
    event.BattleRankUp, event.ContinentLock, event.Death, event.FacilityControl, event.GainExperience,
    event.ItemAdded, event.MetagameEvent, event.PlayerFacilityCapture, event.PlayerFacilityDefend,
    event.PlayerLogin, event.PlayerLogout, event.SkillAdded, event.VehicleDestroy,
)

seen = 0
start = (0, 0)


def count(_: event.Event) -> None:
    global seen, start
    if seen == FIRST:
        start = time.monotonic_ns(), time.process_time_ns()
    elif seen == LAST:
        print(json.dumps({
            'events': JOB['events'],
            'wall_ns': time.monotonic_ns() - start[0],
            'cpu_ns': time.process_time_ns() - start[1],
            'resident_kib': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
            'latency_ns': 0,
        }), flush=True)
        os._exit(0)
    seen += 1


async def main() -> None:
    client = auraxium.EventClient(service_id='s:bench', ess_endpoint=JOB['url'])
    client.add_trigger(auraxium.Trigger(*EVENTS, name='count', action=count))
    await asyncio.Event().wait()


asyncio.run(main())
