import { z } from 'zod';
import { Me, SecondFactorNeeded, SignedIn, SignInRequest, SignUpRequest } from '../auth.ts';
import { operations } from '../operations.ts';
import type { Route } from '../route.ts';

export const authRoutes = {
  signUp: {
    ...operations.signUp,
    tag: 'Auth',
    summary: 'Create a user and an organization, and sign in',
    access: 'public',
    body: SignUpRequest,
    response: SignedIn,
    status: 201,
    errors: ['forbidden', 'conflict', 'rate-limited'],
  },
  signIn: {
    ...operations.signIn,
    tag: 'Auth',
    summary: 'Sign in; an account with a second factor needs a second step',
    access: 'public',
    body: SignInRequest,
    response: z.union([SignedIn, SecondFactorNeeded]),
    status: 200,
    errors: ['invalid-credentials', 'rate-limited'],
  },
  refresh: {
    ...operations.refresh,
    tag: 'Auth',
    summary: 'Exchange the refresh cookie for new cookies',
    access: 'public',
    response: Me,
    status: 200,
    errors: ['unauthenticated'],
  },
  signOut: {
    ...operations.signOut,
    tag: 'Auth',
    summary: 'End this browser session, or revoke the API token that calls',
    access: 'user',
    status: 204,
    errors: [],
  },
  getMe: {
    ...operations.getMe,
    tag: 'Auth',
    summary: 'Who is signed in',
    access: 'user',
    response: Me,
    status: 200,
    errors: [],
  },
} as const satisfies Record<string, Route>;
