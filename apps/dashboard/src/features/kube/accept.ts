/** The `Accept` headers with which a cluster's objects are asked for. JSON as it is comes last, for servers that know no other. */
export const JSON_ONLY = 'application/json';
/** A server-side table, of a list and of a watch. */
export const TABLE = `application/json;as=Table;g=meta.k8s.io;v=v1, ${JSON_ONLY}`;
/** A list of which only the metadata is sent. */
export const METADATA_LIST = `application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1, ${JSON_ONLY}`;
/** The same of one object, and of a watch. */
export const METADATA = `application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1, ${JSON_ONLY}`;
