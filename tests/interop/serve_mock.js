// node serve_mock.js DIRECTORY: a repository of @tufjs/repo-mock on a free port of 127.0.0.1, until it is killed. Writes its
// root.json and its url into the directory, the url last.
const fs = require('fs');
const http = require('http');
const path = require('path');
const { initializeTUFRepo, tufHandlers } = require('@tufjs/repo-mock');

const directory = process.argv[2];
const repository = initializeTUFRepo([
  { name: 'model.tflite', content: Buffer.from('what a model weighs') },
  { name: 'labels.txt', content: 'good\ndefect\n' },
]);
const handlers = new Map(tufHandlers(repository, {}).map((handler) => [handler.path, handler.fn]));
const server = http.createServer((request, response) => {
  const answer = handlers.get(request.url)?.() ?? { statusCode: 404, response: '' };
  response.writeHead(answer.statusCode);
  response.end(answer.response);
});
server.listen(0, '127.0.0.1', () => {
  fs.writeFileSync(path.join(directory, 'root.json'), JSON.stringify(repository.rootMeta.toJSON()));
  fs.writeFileSync(path.join(directory, 'url.new'), `http://127.0.0.1:${server.address().port}`);
  fs.renameSync(path.join(directory, 'url.new'), path.join(directory, 'url'));
});
