/** Lets the live view's lines through at the right time, so that they never push the first screen away. */
export interface LineGate {
  readonly pass: (line: string) => void;
  /** The first screen is there: lets the lines that waited through, and at most so many of those that follow. */
  readonly open: (most: number) => void;
  /** The first rush is over: tells how many lines were held back and lets everything through from now on. */
  readonly release: () => void;
}

/** Creates a closed gate. */
export function createLineGate(write: (line: string) => void): LineGate {
  const waiting: string[] = [];
  let left = 0;
  let isOpen = false;
  let held = 0;
  const pass = (line: string): void => {
    if (!isOpen) waiting.push(line);
    else if (left <= 0) held += 1;
    else {
      left -= 1;
      write(line);
    }
  };
  return {
    pass,
    open: (most) => {
      isOpen = true;
      left = most;
      for (const line of waiting.splice(0)) pass(line);
    },
    release: () => {
      if (held > 0) write(`          … and ${held} more`);
      held = 0;
      left = Number.POSITIVE_INFINITY;
    },
  };
}
