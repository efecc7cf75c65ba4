"""Notes down what auraxium receives from the simulator: EVENT_STREAM REST SECONDS FILE.

Nothing of auraxium is changed but its two endpoints. It is asked for every event that it has a class for.
"""

import asyncio
import json
import sys

import auraxium
from auraxium import event, ps2

EVENTS = (
    event.BattleRankUp, event.ContinentLock, event.Death, event.FacilityControl, event.GainExperience,
    event.ItemAdded, event.MetagameEvent, event.PlayerFacilityCapture, event.PlayerFacilityDefend,
    event.PlayerLogin, event.PlayerLogout, event.SkillAdded, event.VehicleDestroy,
)


async def main(stream: str, rest: str, seconds: float, path: str) -> None:
    characters: list[int] = []
    with open(path, 'w', encoding='utf-8') as file:
        client = auraxium.EventClient(service_id='s:interop', endpoints=rest, ess_endpoint=stream)

        def note(received: event.Event) -> None:
            # What the frame did not have would otherwise be there as a default.
            fields = received.model_dump(exclude_unset=True)
            fields['timestamp'] = int(received.timestamp.timestamp())
            file.write(json.dumps(fields) + '\n')
            if isinstance(received, event.Death):
                characters.append(received.character_id)

        client.add_trigger(auraxium.Trigger(*EVENTS, name='note', action=note))
        await asyncio.sleep(seconds)
        # The newest characters are not known to REST yet, as in the game.
        for character_id in characters[:20]:
            character = await client.get_by_id(ps2.Character, character_id)
            if character is not None:
                print(f'looked up: {character.name}')
                break
        else:
            raise RuntimeError('no character could be looked up')
        await client.close()


asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4]))
