/** Properties of every dialog for a cluster. */
export interface ClusterDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** The organization's slug. */
  organization: string;
  /** The cluster's name. */
  cluster: string;
}
