/**
 * The live page of a cluster: hears all servers, keeps what it heard, and shows it. The server that
 * served the page is no more to it than the others: it may stop at any time.
 */
import { LivePage, type ClusterFacts } from './live-page.js';

const root = document.getElementById('live');
const facts = root?.dataset['cluster'];
if (root !== null && facts !== undefined) {
  new LivePage(root, JSON.parse(facts) as ClusterFacts).start();
}
