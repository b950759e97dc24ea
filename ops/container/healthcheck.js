/**
 * The container's health check: exit code 0 if the server here says that it is alive. It asks
 * SURFRAFT_HEALTH_URL, or else port 9000 over plain HTTP. With TLS it believes whoever answers: it
 * asks this machine, and learns nothing but that. What certificate it shows is named by
 * SURFRAFT_HEALTH_CERT and SURFRAFT_HEALTH_KEY, for servers that ask for one.
 */
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { get as getOverTls } from 'node:https';

const { SURFRAFT_HEALTH_URL: url = 'http://127.0.0.1:9000/livez' } = process.env;
const { SURFRAFT_HEALTH_CERT: cert, SURFRAFT_HEALTH_KEY: key } = process.env;
const silenceMs = 4_000;

const shown = cert && key ? { cert: readFileSync(cert), key: readFileSync(key) } : {};
const asking = url.startsWith('https:')
  ? getOverTls(url, { ...shown, rejectUnauthorized: false })
  : get(url);
asking.setTimeout(silenceMs, () => asking.destroy(new Error(`silent for ${silenceMs} ms`)));
asking.on('error', (error) => fail(error.message));
asking.on('response', (response) => {
  response.resume();
  if (response.statusCode !== 200) fail(`HTTP status ${response.statusCode}`);
  else process.exit(0);
});

function fail(reason) {
  process.stderr.write(`${url}: ${reason}\n`);
  process.exit(1);
}
