/** `deployments.v1.apps` is of the resource `deployments`. */
export const resourceOf = (id: string): string => id.split('.')[0] || id;

/** A kind's id with one capital letter: "Backups" for `backups.demo.postern.dev`. */
export function plainTitle(id: string): string {
  const resource = resourceOf(id);
  return resource.charAt(0).toUpperCase() + resource.slice(1);
}
