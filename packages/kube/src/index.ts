export {
  accessObjects,
  type Installation,
  impersonatorRole,
  type KubeObject,
  uninstallCommand,
} from './access-objects.ts';
export { type AgentManifestOptions, type ManifestPolicy, renderAgentManifest } from './agent-manifest.ts';
export { agentRuntime } from './agent-runtime.ts';
export { type AllowedGroups, isAllowedGroup, isLevelGroup, readAllowedGroups } from './groups.ts';
export {
  claimsIdentity,
  type HeaderPairs,
  headerPairs,
  passRequestHeaders,
  passResponseHeaders,
  passUpgradeRequestHeaders,
  passUpgradeResponseHeaders,
  upgradeProtocol,
} from './headers.ts';
export {
  checkIdentity,
  type IdentityRules,
  type ImpersonatedIdentity,
  impersonate,
  impersonationHeaders,
  ownIdentitiesOnly,
} from './identity.ts';
export { type KubeconfigOptions, renderKubeconfig } from './kubeconfig.ts';
export {
  authorisationVerb,
  type RequestInfo,
  requestInfo,
  type StreamSubresource,
  streamSubresource,
} from './request-info.ts';
export { spdyDictionary } from './spdy-dictionary.ts';
export { type Attempt, failure, forbidden, type Status, type StatusReason } from './status.ts';
export { readStreamOptions, type StreamOptions, type StreamOptionsResult } from './stream-options.ts';
export { type KubeTarget, parseTarget, type TargetResult } from './target.ts';
export { isPodLog, type UpgradeProtocol, upgradesOf } from './upgrades.ts';
