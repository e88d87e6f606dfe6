import { defineErrors } from '@minato/platform/errors'

export const chatbotErrors = defineErrors({
  CHATBOT_MESSAGE_EMPTY: {
    status: 422,
    title: { en: 'Nothing to send', ja: '送る内容がありません' },
    detail: {
      en: 'Write a question or attach a file, then send it.',
      ja: '質問を入力するか、ファイルを添付してから送信してください。',
    },
  },
  CHATBOT_MESSAGE_TOO_LONG: {
    status: 413,
    title: { en: 'Question too long', ja: '質問が長すぎます' },
    detail: {
      en: 'A question may have at most {max} characters. Shorten it or attach it as a text file.',
      ja: '質問は {max} 文字までです。短くするか、テキストファイルとして添付してください。',
    },
  },
  CHATBOT_ANSWER_RUNNING: {
    status: 409,
    title: { en: 'An answer is being written', ja: '回答を作成中です' },
    detail: {
      en: 'Wait until the answer in this conversation is finished, or stop it, then send again.',
      ja: 'この会話では回答を作成中です。完了を待つか停止してから、もう一度送信してください。',
    },
  },
  CHATBOT_NOT_RUNNING: {
    status: 409,
    title: { en: 'Nothing to stop', ja: '停止する回答がありません' },
    detail: { en: 'This answer is already finished.', ja: 'この回答はすでに完了しています。' },
  },
  CHATBOT_MODEL_NOT_ALLOWED: {
    status: 422,
    title: { en: 'Model not allowed', ja: '使えないモデルです' },
    detail: {
      en: 'Choose one of the models that GET /api/chatbot/models lists.',
      ja: 'モデルの一覧から選んでください。',
    },
  },
  CHATBOT_PROMPT_UNKNOWN: {
    status: 422,
    title: { en: 'No such prompt', ja: 'プロンプトがありません' },
    detail: {
      en: 'Choose one of the prompts that GET /api/chatbot/prompts lists.',
      ja: 'プロンプトの一覧から選んでください。',
    },
  },
  CHATBOT_PARENT_UNKNOWN: {
    status: 422,
    title: { en: 'No such message', ja: 'つなげる先のメッセージがありません' },
    detail: {
      en: 'parentId must be an answer in this conversation, or "root" for a new first question.',
      ja: 'parentId には、この会話の回答の ID か "root" を指定してください。',
    },
  },
  CHATBOT_ANSWER_INTERRUPTED: {
    status: 503,
    title: { en: 'Answer cut off', ja: '回答が途中で切れました' },
    detail: {
      en: 'The server stopped while this answer was being written. Ask for it again.',
      ja: '作成中にサーバーが停止したため、回答が途中で切れています。再生成してください。',
    },
  },
  CHATBOT_FILE_UNREADABLE: {
    status: 422,
    title: { en: 'File cannot be read', ja: 'ファイルを読み取れません' },
    detail: {
      en: '"{name}" could not be opened as {kind}. Save it again and attach the new file.',
      ja: '「{name}」を {kind} として開けませんでした。保存し直したファイルを添付してください。',
    },
  },
})
