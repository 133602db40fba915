export { ApiError, ConnectionError } from './api-error.ts';
export {
  type CallArguments,
  type CallResult,
  type Client,
  type ClientOptions,
  createClient,
  type StreamedOperation,
} from './client.ts';
export { errorOf } from './error-response.ts';
