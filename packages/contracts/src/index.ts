export {
  AccessRequest,
  AccessRequestQuery,
  AccessRequestStatus,
  AccountRef,
  ApproveAccessRequest,
  Binding,
  BindingQuery,
  ClusterAccessEntry,
  GrantAccessRequest,
  RequestAccessRequest,
  Subject,
} from './access.ts';
export {
  Account,
  ChangeEmailRequest,
  ChangePasswordRequest,
  ConfirmEmailRequest,
  OrganizationSecurity,
  OwnSignIn,
  PasswordResetLink,
  PasswordResetRequest,
  ResetPasswordRequest,
  UpdateAccountRequest,
} from './account.ts';
export { Enrolled, EnrollRequest } from './agents.ts';
export {
  AuditDecision,
  AuditEvent,
  AuditFilter,
  AuditMode,
  AuditQuery,
  AuditSettings,
  AuditSource,
  AuditVerification,
  AuditVerifyQuery,
  AuditWebhook,
  AuditWebhookTest,
  CreateAuditWebhookRequest,
  CreatedAuditWebhook,
  UpdateAuditSettingsRequest,
  UpdateClusterAuditRequest,
} from './audit.ts';
export {
  Me,
  Membership,
  SecondFactorNeeded,
  SignedIn,
  SignInRequest,
  SignUpRequest,
  secondFactorMethods,
} from './auth.ts';
export {
  Cluster,
  ClusterChanges,
  ClusterCredential,
  ClusterStatus,
  CreateClusterRequest,
  CreatedCluster,
  Joining,
  Kubeconfig,
  KubeconfigRequest,
  UpdateClusterRequest,
} from './clusters.ts';
export { ApiErrorBody, type ErrorCode, errorCodes } from './errors.ts';
export {
  AddTeamMemberRequest,
  CreatedInvitation,
  CreateTeamRequest,
  Invitation,
  InvitationView,
  InvitedSignUpRequest,
  InviteRequest,
  Member,
  Team,
} from './members.ts';
export { Meta } from './meta.ts';
export {
  CompleteOidcRequest,
  OidcGroupMapping,
  OidcProvider,
  OidcStart,
  OidcTest,
  SetOidcRequest,
  StartOidcRequest,
} from './oidc.ts';
export { operations } from './operations.ts';
export { Organization, UpdateOrganizationRequest } from './organizations.ts';
export {
  CreatePasskeyRequest,
  Passkey,
  PasskeyAssertion,
  PasskeyCreationOptions,
  PasskeyRequestOptions,
  PasskeySignInRequest,
  UpdatePasskeyRequest,
} from './passkeys.ts';
export {
  type Level,
  levels,
  type Permission,
  permissions,
  type Role,
  rolePermissions,
  roles,
} from './permissions.ts';
export { DisplayName, Email, Id, Password, Slug } from './primitives.ts';
export { Recording, RecordingMode, RecordingSettings } from './recordings.ts';
export type { Route, RouteAccess } from './route.ts';
export { type OperationId, type Routes, routes } from './routes.ts';
export {
  CompleteSignInRequest,
  ConfirmTotpRequest,
  NewTotp,
  RecoveryCodes,
  SecondFactorAdded,
  StepUpRequest,
} from './second-factor.ts';
export { CreateServiceAccountRequest, ServiceAccount } from './service-accounts.ts';
export { Session, SessionKind, SessionQuery } from './sessions.ts';
export {
  type ClientToServerEvents,
  type ServerToClientEvents,
  type SocketError,
  WatchClusters,
} from './socket.ts';
export { largestTerminal } from './terminal-size.ts';
export {
  type AttachedTerminal,
  AttachTerminal,
  CloseTerminal,
  DetachTerminal,
  type HeldTerminal,
  OpenTerminal,
  ShareTerminal,
  TerminalAck,
  type TerminalDetached,
  type TerminalElsewhere,
  type TerminalEndCode,
  type TerminalEnded,
  type TerminalEnding,
  TerminalInput,
  TerminalMode,
  type TerminalOutput,
  type TerminalReset,
  TerminalResize,
  TerminalSharing,
  type TerminalSize,
  type TerminalViewer,
  type TerminalViewers,
  terminalEndCodes,
  WatchTerminals,
} from './terminals.ts';
export { ApiToken, CreatedToken, CreateTokenRequest, TokenKind } from './tokens.ts';
