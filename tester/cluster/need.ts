/** What a check needs of the cluster; without it the check is skipped with a word why. */
export type Need =
  | 'followers'
  | 'spare-server'
  | 'two-spare-servers'
  | 'own-servers'
  | 'introspection'
  | 'multicall'
  | 'getfileinfo'
  | 'getfileinfopage'
  | 'getinternalstate'
  | 'setleader'
  | 'sendheartbeat'
  | 'makeserverunreachablefrom';
