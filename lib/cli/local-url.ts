/** Where `npm start` listens unless told otherwise. */
export const LOCAL_URL = "http://127.0.0.1:8787";
