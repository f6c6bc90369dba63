/** The present route, following the address bar. */
import { parseHash, toHash, type Route } from './route';

class Router {
  route = $state.raw<Route>(parseHash(location.hash));

  start(): () => void {
    const follow = (): void => {
      this.route = parseHash(location.hash);
    };
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }

  /** Change the address without a new entry in the history. */
  replace(route: Route): void {
    history.replaceState(null, '', toHash(route));
    this.route = route;
  }
}

export const router = new Router();
