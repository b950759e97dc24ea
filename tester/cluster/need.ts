/** What checks need of a cluster, and what a server may lack. */

/** A method, or a family of methods, that a server of this API may lack. */
export type Ability =
  | 'introspection'
  | 'multicall'
  | 'getfileinfo'
  | 'getfileinfopage'
  | 'getinternalstate'
  | 'setleader'
  | 'sendheartbeat'
  | 'makeserverunreachablefrom'
  | 'crash';

/** Without it a check is skipped with a word why; one that crashes servers sees to that itself. */
export type Need =
  Exclude<Ability, 'crash'> | 'followers' | 'spare-server' | 'two-spare-servers' | 'own-servers';
