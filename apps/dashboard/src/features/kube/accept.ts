/** The `Accept` headers for requesting a cluster's objects. Plain JSON is last, for servers that support nothing else. */
export const JSON_ONLY = 'application/json';
/** A server-side table, for a list or a watch. */
export const TABLE = `application/json;as=Table;g=meta.k8s.io;v=v1, ${JSON_ONLY}`;
/** A list with metadata only. */
export const METADATA_LIST = `application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1, ${JSON_ONLY}`;
/** The same for one object and for a watch. */
export const METADATA = `application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1, ${JSON_ONLY}`;
