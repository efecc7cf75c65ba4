// Measures how many events ps2census delivers. The environment contains the job, as for all clients.

const { CensusClient } = require('ps2census');

const job = JSON.parse(process.env.BENCH_JOB);
const first = Math.floor(job.events / 10);
const last = first + job.events;

let seen = 0;
let start;

const count = () => {
  if (seen === first) {
    start = { wall: process.hrtime.bigint(), cpu: process.cpuUsage() };
  } else if (seen === last) {
    const cpu = process.cpuUsage(start.cpu);
    console.log(JSON.stringify({
      events: job.events,
      wall_ns: Number(process.hrtime.bigint() - start.wall),
      cpu_ns: (cpu.user + cpu.system) * 1000,
      resident_kib: process.resourceUsage().maxRSS,
      latency_ns: 0,
    }));
    process.exit(0);
  }
  seen += 1;
};

const client = new CensusClient('bench', 'ps2', {
  streamManager: {
    endpoint: job.url,
    subscription: { eventNames: ['all'], characters: ['all'], worlds: ['all'] },
  },
});
client.on('ps2Event', count);
// Its filter takes a few events for repetitions.
client.on('duplicate', count);
client.on('error', (error) => console.error(error.message));
client.watch().catch((error) => console.error(error.message));
