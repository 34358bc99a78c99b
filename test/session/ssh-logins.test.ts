import { loginContract } from './logins.ts';

loginContract('ssh');
