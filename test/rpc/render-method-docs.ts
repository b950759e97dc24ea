/**
 * The method section of docs/api.md, made from the method table.
 */
import { describeUsage, type Method } from '../../src/rpc/method.js';
import { fullName } from '../../src/rpc/method-table.js';

const groups: readonly (readonly [Method['group'], string])[] = [
  ['client', 'Client methods'],
  ['site', 'Methods of the site'],
  ['block', 'Block methods'],
  ['member', 'Methods for the members of the cluster'],
  ['tester', 'Tester methods'],
  ['peer', 'Peer methods'],
  ['store', 'Methods of block stores'],
  ['system', 'Introspection'],
];

/** Markdown, a chapter for each group and a section for each method. */
export function renderMethodDocs(methods: readonly Method[]): string {
  return groups
    .map(([group, title]) => {
      const members = methods.filter((method) => method.group === group);
      return [`### ${title}`, ...members.map(renderMethod)].join('\n\n');
    })
    .join('\n\n');
}

function renderMethod(method: Method): string {
  const bareName = fullName(method).replace(/^surfstore\./, '');
  const paragraphs = [
    `#### ${bareName}`,
    `\`${describeUsage(bareName, method.params)}\` → ${method.result}`,
    method.help,
    method.params.map(renderParam).join('\n'),
    renderConditions(method),
  ];
  return paragraphs.filter((paragraph) => paragraph !== '').join('\n\n');
}

function renderParam({ name, type, optional, help }: Method['params'][number]): string {
  return `- \`${name}\` (${type}${optional ? ', optional' : ''}): ${help}`;
}

function renderConditions(method: Method): string {
  const conditions = [
    ...(method.aliases === undefined ? [] : [`Also served as ${method.aliases.join(', ')}.`]),
    ...(method.leaderOnly ? ['Other servers answer fault 1.'] : []),
    method.answersWhenCrashed ? 'Answers while crashed.' : 'Fault 2 while crashed.',
  ];
  return conditions.join(' ');
}
