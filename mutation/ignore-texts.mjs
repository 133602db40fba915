// Excludes text for people from mutation: messages of errors and of the log.
const logMethods = new Set(['debug', 'info', 'warn', 'error']);

/** Whether the node creates an error or writes to the log. */
function isForPeople({ type, callee }) {
  if (type === 'NewExpression') return callee.type === 'Identifier' && callee.name.endsWith('Error');
  if (type !== 'CallExpression' && type !== 'OptionalCallExpression') return false;
  const { property } = callee;
  return property?.type === 'Identifier' && logMethods.has(property.name) && /log/i.test(nameOf(callee.object));
}

/** The last name of `a.b.#c`. */
function nameOf(node) {
  return node.name ?? node.property?.name ?? node.property?.id?.name ?? '';
}

export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'texts',
    value: {
      shouldIgnore({ node, parent, listKey }) {
        if (node.type !== 'StringLiteral' && node.type !== 'TemplateLiteral') return undefined;
        return listKey === 'arguments' && isForPeople(parent) ? 'Text for people.' : undefined;
      },
    },
  },
];
