import { type ApiResource, resourceId } from '#features/kube/api-resource.ts';

/** Manifests to begin with, by resource. They are accepted as they are, apart from names that exist already. */
export const templates: readonly { resource: string; label: string; text: string }[] = [
  {
    resource: 'deployments.apps',
    label: 'Deployment',
    text: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: example
  labels:
    app: example
spec:
  replicas: 2
  selector:
    matchLabels:
      app: example
  template:
    metadata:
      labels:
        app: example
    spec:
      containers:
        - name: example
          image: nginx:1.29
          ports:
            - containerPort: 80
          resources:
            requests:
              cpu: 100m
              memory: 64Mi
            limits:
              memory: 128Mi
`,
  },
  {
    resource: 'services',
    label: 'Service',
    text: `apiVersion: v1
kind: Service
metadata:
  name: example
spec:
  selector:
    app: example
  ports:
    - name: http
      port: 80
      targetPort: 80
`,
  },
  {
    resource: 'ingresses.networking.k8s.io',
    label: 'Ingress',
    text: `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: example
spec:
  rules:
    - host: example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: example
                port:
                  number: 80
`,
  },
  {
    resource: 'configmaps',
    label: 'ConfigMap',
    text: `apiVersion: v1
kind: ConfigMap
metadata:
  name: example
data:
  KEY: value
`,
  },
  {
    resource: 'secrets',
    label: 'Secret',
    text: `apiVersion: v1
kind: Secret
metadata:
  name: example
type: Opaque
stringData:
  KEY: value
`,
  },
  {
    resource: 'jobs.batch',
    label: 'Job',
    text: `apiVersion: batch/v1
kind: Job
metadata:
  name: example
spec:
  backoffLimit: 2
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: example
          image: busybox:1.37
          command: [echo, hello]
`,
  },
  {
    resource: 'cronjobs.batch',
    label: 'CronJob',
    text: `apiVersion: batch/v1
kind: CronJob
metadata:
  name: example
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: example
              image: busybox:1.37
              command: [echo, hello]
`,
  },
  {
    resource: 'namespaces',
    label: 'Namespace',
    text: `apiVersion: v1
kind: Namespace
metadata:
  name: example
`,
  },
];

/** What to begin with for a kind: its template, or what every object has. */
export function templateFor(resource: ApiResource): string {
  const known = templates.find((template) => template.resource === resourceId(resource));
  if (known !== undefined) return known.text;
  const { group, version, kind } = resource;
  return `apiVersion: ${group === '' ? version : `${group}/${version}`}\nkind: ${kind}\nmetadata:\n  name: example\n`;
}
