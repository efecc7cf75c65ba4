// Notes down what ps2census receives from the simulator: EVENT_STREAM REST SECONDS FILE.
//
// Nothing of ps2census is changed but its two endpoints. It is asked for every event.

const fs = require('node:fs');
const { CensusClient } = require('ps2census');

const [endpoint, baseURL, seconds, path] = process.argv.slice(2);
const file = fs.createWriteStream(path);
const characters = [];

const client = new CensusClient('interop', 'ps2', {
  streamManager: {
    endpoint,
    subscription: { eventNames: ['all'], characters: ['all'], worlds: ['all'] },
  },
  rest: { baseURL },
});

let lastEvent = Math.floor(Date.now() / 1000);
const note = (event) => {
  lastEvent = Math.min(Number(event.raw.timestamp) || lastEvent, Math.floor(Date.now() / 1000));
  file.write(`${JSON.stringify(event.raw)}\n`);
};
client.on('ps2Event', note);
// Its filter takes some events for repetitions that are none, by keys that leave out what tells them apart. They
// arrived all the same, but who does not ask for repetitions does not get them.
if (!process.env.INTEROP_STORM) client.on('duplicate', note);
// An odd value ends the process otherwise.
if (process.env.INTEROP_STORM) process.on('uncaughtException', (error) => console.error(error));

// It tells its user when it is not connected; events since the last one may be missing.
let gap;
let isLeaving = false;
const lost = () => {
  if (isLeaving) return;
  gap ??= { id: lost.count = (lost.count ?? 0) + 1, from: lastEvent - 1, to: null };
  file.write(`${JSON.stringify({ gap })}\n`);
};
client.on('disconnected', lost);
client.on('reconnecting', lost);
client.on('subscribed', () => {
  if (!gap) return;
  gap.to = Math.floor(Date.now() / 1000) + 1;
  file.write(`${JSON.stringify({ gap })}\n`);
  gap = undefined;
});
client.on('death', (event) => characters.push(event.character_id));
client.on('error', (error) => console.error(`error: ${error.message}`));

async function lookUp() {
  // The newest characters are not known to REST yet, as in the game.
  for (const id of characters.slice(0, 20)) {
    try {
      const character = await client.characterManager.fetch(id);
      console.log(`looked up: ${character.name.first}`);
      return;
    } catch (error) {
      console.error(`not known yet: ${id} (${error.message})`);
    }
  }
  throw new Error('no character could be looked up');
}

async function main() {
  await client.watch();
  await new Promise((done) => { setTimeout(done, Number(seconds) * 1000); });
  await lookUp();
  isLeaving = true;
  client.destroy();
  // What it has received by now is still handed out, some ticks later.
  setTimeout(() => file.end(), 500);
}

file.on('close', () => process.exit(0));
main().catch((error) => {
  console.error(error);
  process.exit(1);
});
