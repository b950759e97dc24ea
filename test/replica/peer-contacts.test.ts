/** What a server knows of its peers, in ticks of 5 ms. */
import { expect } from 'chai';
import { asServerId } from '../../src/base/ids.js';
import { PeerContacts } from '../../src/replica/peer-contacts.js';

describe('the contacts of a server', () => {
  const [one, two] = [asServerId(1), asServerId(2)];

  it('age from the last call and the last answer of each peer', () => {
    const contacts = new PeerContacts();
    expect(contacts.all).to.deep.equal([]);
    contacts.heard(one);
    contacts.tick();
    contacts.answered(two);
    contacts.tick();
    expect(contacts.all).to.deep.equal([
      { serverId: one, answeredMs: undefined, heardMs: 10, failure: undefined },
      { serverId: two, answeredMs: 5, heardMs: undefined, failure: undefined },
    ]);
  });

  it('keep the reason of a failure until the peer answers', () => {
    const contacts = new PeerContacts();
    contacts.failed(one, 'connect ECONNREFUSED');
    contacts.failed(one, 'no answer within 500 ms');
    contacts.heard(one);
    expect(contacts.all[0]?.failure).to.equal('no answer within 500 ms');
    contacts.answered(one);
    expect(contacts.all[0]?.failure).to.equal(undefined);
  });
});
