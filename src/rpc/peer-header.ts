/**
 * The HTTP header by which a server names itself to its peers. It grants longer bodies, and a call
 * in another server's name is refused; it proves nothing.
 */
export const peerHeader = 'x-surfraft-peer';
