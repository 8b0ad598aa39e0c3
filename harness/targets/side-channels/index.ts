/** Side channels of a server: error bodies and routes that must not hold what another request has said. @module */
export { canaryForms, formsIn, plantedBodies } from './canary-forms.ts';
export { refusedRequests, SIDE_ROUTES, type SideRequest } from './refused-requests.ts';
