export { type Credentials, sigV4, type SigV4Options } from "./sign.ts";
