/**
 * Method and path (under `/api/v1`) of every operation, separate from the schemas, so that a client in the browser does not
 * load the schema library.
 */
export const operations = {
  // Meta
  getMeta: { method: 'GET', path: '/meta' },
  ping: { method: 'GET', path: '/ping' },
  // Auth
  signUp: { method: 'POST', path: '/auth/sign-up' },
  signIn: { method: 'POST', path: '/auth/sign-in' },
  refresh: { method: 'POST', path: '/auth/refresh' },
  signOut: { method: 'POST', path: '/auth/sign-out' },
  getMe: { method: 'GET', path: '/auth/me' },
  // Organizations
  createOrganization: { method: 'POST', path: '/organizations' },
  getOrganization: { method: 'GET', path: '/organizations/{organization}' },
  updateOrganization: { method: 'PATCH', path: '/organizations/{organization}' },
  deleteOrganization: { method: 'DELETE', path: '/organizations/{organization}' },
  // Members
  listMembers: { method: 'GET', path: '/organizations/{organization}/members' },
  updateMember: { method: 'PATCH', path: '/organizations/{organization}/members/{user}' },
  removeMember: { method: 'DELETE', path: '/organizations/{organization}/members/{user}' },
  leaveOrganization: { method: 'POST', path: '/organizations/{organization}/leave' },
  listInvitations: { method: 'GET', path: '/organizations/{organization}/invitations' },
  inviteMember: { method: 'POST', path: '/organizations/{organization}/invitations' },
  revokeInvitation: { method: 'DELETE', path: '/organizations/{organization}/invitations/{invitation}' },
  readInvitation: { method: 'POST', path: '/invitations/read' },
  acceptInvitation: { method: 'POST', path: '/invitations/accept' },
  // Teams
  listTeams: { method: 'GET', path: '/organizations/{organization}/teams' },
  createTeam: { method: 'POST', path: '/organizations/{organization}/teams' },
  updateTeam: { method: 'PATCH', path: '/organizations/{organization}/teams/{team}' },
  deleteTeam: { method: 'DELETE', path: '/organizations/{organization}/teams/{team}' },
  addTeamMember: { method: 'POST', path: '/organizations/{organization}/teams/{team}/members' },
  removeTeamMember: { method: 'DELETE', path: '/organizations/{organization}/teams/{team}/members/{account}' },
  // Clusters
  listClusters: { method: 'GET', path: '/organizations/{organization}/clusters' },
  watchClusters: { method: 'GET', path: '/organizations/{organization}/cluster-changes' },
  createCluster: { method: 'POST', path: '/organizations/{organization}/clusters' },
  getCluster: { method: 'GET', path: '/organizations/{organization}/clusters/{cluster}' },
  updateCluster: { method: 'PATCH', path: '/organizations/{organization}/clusters/{cluster}' },
  deleteCluster: { method: 'DELETE', path: '/organizations/{organization}/clusters/{cluster}' },
  createJoinToken: { method: 'POST', path: '/organizations/{organization}/clusters/{cluster}/join-tokens' },
  createKubeconfig: { method: 'POST', path: '/organizations/{organization}/clusters/{cluster}/kubeconfig' },
  createClusterCredential: { method: 'POST', path: '/organizations/{organization}/clusters/{cluster}/credential' },
  // Tokens
  listTokens: { method: 'GET', path: '/organizations/{organization}/tokens' },
  createToken: { method: 'POST', path: '/organizations/{organization}/tokens' },
  revokeToken: { method: 'DELETE', path: '/organizations/{organization}/tokens/{token}' },
  // Access
  listAccess: { method: 'GET', path: '/organizations/{organization}/access' },
  grantAccess: { method: 'POST', path: '/organizations/{organization}/access' },
  revokeAccess: { method: 'DELETE', path: '/organizations/{organization}/access/{binding}' },
  listClusterAccess: { method: 'GET', path: '/organizations/{organization}/clusters/{cluster}/access' },
  requestAccess: { method: 'POST', path: '/organizations/{organization}/access-requests' },
  listAccessRequests: { method: 'GET', path: '/organizations/{organization}/access-requests' },
  approveAccessRequest: { method: 'POST', path: '/organizations/{organization}/access-requests/{request}/approve' },
  denyAccessRequest: { method: 'POST', path: '/organizations/{organization}/access-requests/{request}/deny' },
  cancelAccessRequest: { method: 'POST', path: '/organizations/{organization}/access-requests/{request}/cancel' },
  // Service accounts
  listServiceAccounts: { method: 'GET', path: '/organizations/{organization}/service-accounts' },
  createServiceAccount: { method: 'POST', path: '/organizations/{organization}/service-accounts' },
  deleteServiceAccount: { method: 'DELETE', path: '/organizations/{organization}/service-accounts/{serviceAccount}' },
  listServiceAccountTokens: {
    method: 'GET',
    path: '/organizations/{organization}/service-accounts/{serviceAccount}/tokens',
  },
  createServiceAccountToken: {
    method: 'POST',
    path: '/organizations/{organization}/service-accounts/{serviceAccount}/tokens',
  },
  revokeServiceAccountToken: {
    method: 'DELETE',
    path: '/organizations/{organization}/service-accounts/{serviceAccount}/tokens/{token}',
  },
  // Sessions
  listSessions: { method: 'GET', path: '/organizations/{organization}/sessions' },
  // Recordings
  getRecording: { method: 'GET', path: '/organizations/{organization}/sessions/{session}/recording' },
  deleteRecording: { method: 'DELETE', path: '/organizations/{organization}/sessions/{session}/recording' },
  endSession: { method: 'POST', path: '/organizations/{organization}/sessions/{session}/end' },
  getRecordingSettings: { method: 'GET', path: '/organizations/{organization}/recording-settings' },
  updateRecordingSettings: { method: 'PATCH', path: '/organizations/{organization}/recording-settings' },
  // Agents
  enrollAgent: { method: 'POST', path: '/agents/enroll' },
} as const;
