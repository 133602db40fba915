/** Types of role-based access control, in the format of types.ts. */
export const accessTypes = `
Role = Rules that hold within a namespace.
  rules []PolicyRule
ClusterRole = Rules that hold anywhere.
  rules []PolicyRule
  aggregationRule any
PolicyRule = Verbs on resources.
  verbs! []string What may be done; * for everything.
  apiGroups []string
  resources []string
  resourceNames []string Only these objects; all when empty.
  nonResourceURLs []string Paths that are no resources.
RoleBinding = Gives the rules of a role to someone within a namespace.
  roleRef! RoleRef The role. Cannot be updated.
  subjects []Subject Who gets them.
ClusterRoleBinding = Gives the rules of a cluster role to someone everywhere.
  roleRef! RoleRef The role. Cannot be updated.
  subjects []Subject Who gets them.
RoleRef = Points to a role.
  apiGroup string
  kind! string
  name! string
Subject = A user, a group or a service account.
  kind! string
  apiGroup string
  name! string
  namespace string
`;
