import { clientScript } from '../chart/client-script.js';

/** The script that all timelines of a page need, once. It asks for nothing else. */
export function timelineScript(): Promise<string> {
  return clientScript('timeline/client/client.js');
}
