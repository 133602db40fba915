/** What every dialog about one cluster takes. */
export interface ClusterDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** The organization's slug. */
  organization: string;
  /** The cluster's name. */
  cluster: string;
}
