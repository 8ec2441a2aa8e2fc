import { Desk } from './desk';

/** Runs the desk in a process of its own; its port is the first line. It ends when its starter is gone. */
void new Desk().listen().then((port) => process.stdout.write(`${port}\n`));
process.stdin.on('end', () => process.exit(0)).resume();
