import { loginContract } from './logins.ts';

loginContract('openssh');
