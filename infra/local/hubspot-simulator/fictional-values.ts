const FIRST_WORDS = [
  "Nordlicht",
  "Müller",
  "Grünwald",
  "Hanse",
  "Alster",
  "Schönfeld",
  "Brückner",
  "Käfer",
  "Rheingold",
  "Süßmann",
  "Taunus",
  "Elbtal",
  "Größe",
  "Fährmann",
  "Wiesner",
  "Ährenfeld",
  "Zöllner",
  "Kupfer",
  "Birkenau",
  "Löwenherz",
  "Übersee",
  "Hofstätter",
  "Jäger",
  "Morgenstern",
  "Öllinger",
  "Quellental",
  "Vogelsang",
  "Weißer",
  "Ziegler",
  "Heidekraut",
] as const;
const TRADES = [
  "Software GmbH",
  "Maschinenbau AG",
  "Architekten PartGmbB",
  "Logistik GmbH & Co. KG",
  "Beratung GmbH",
  "Elektrotechnik GmbH",
  "Verlag KG",
  "Messtechnik GmbH",
  "Solar AG",
  "Gebäudetechnik GmbH",
] as const;
const STREETS = [
  "Königstraße",
  "Gänsemarkt",
  "Lindenallee",
  "An der Mühle",
  "Bürgermeister-Smidt-Straße",
  "Hauptstraße",
  "Am Römerhof",
  "Schloßgasse",
  "Hafenweg",
  "Goethestraße",
] as const;
/** Fact: the regulator reserves these ranges for fiction; nobody's phone rings. */
const CITIES = [
  { zip: "10117", city: "Berlin", state: "Berlin", phone: "030 23125" },
  { zip: "20354", city: "Hamburg", state: "Hamburg", phone: "040 66969" },
  { zip: "50667", city: "Köln", state: "Nordrhein-Westfalen", phone: "0221 4710" },
  { zip: "60311", city: "Frankfurt am Main", state: "Hessen", phone: "069 90009" },
  { zip: "80331", city: "München", state: "Bayern", phone: "089 99998" },
] as const;
const WOMEN = ["Anna", "Käthe", "Zoë", "Frauke", "Heike", "Ute", "Hanna", "Aylin", "Ruth"] as const;
const MEN = ["Jürgen", "Björn", "Mehmet", "Götz", "Łukasz", "Sören", "Íñigo", "Jörg", "Pál"] as const;
const LAST_NAMES = [
  "Schröder",
  "Weiß",
  "Özdemir",
  "Kühn",
  "Groß",
  "Brandstätter",
  "von der Heide",
  "Lüders",
  "Nowak",
  "Böhm",
  "Jansen",
  "Dvořák",
  "Schäfer",
  "Hübner",
  "Meyer-Lübke",
  "Strauß",
  "Yılmaz",
] as const;
const JOB_TITLES = ["Geschäftsführung", "Leitung Einkauf", "Projektleitung", "Prokura", "Buchhaltung"] as const;
const PROJECTS = [
  "Relaunch Webauftritt",
  "Einführung Zeiterfassung",
  "Umzug Rechenzentrum",
  "Schulung Führungskräfte",
  "Wartungsvertrag",
  "Umbau Empfangsgebäude",
  "Prüfung nach DIN EN ISO 9001",
  "Machbarkeitsstudie",
] as const;

/** A company that exists nowhere; the same for the same number. */
export function fictionalCompany(number: number): Record<string, string> {
  const place = pick(CITIES, number, 1);
  const first = FIRST_WORDS[number % FIRST_WORDS.length] ?? FIRST_WORDS[0];
  const round = Math.floor(number / FIRST_WORDS.length);
  const domain = `${toAscii(first)}${round === 0 ? "" : round}.example`;
  return {
    name: `${first} ${pick(TRADES, number, 2)}${round === 0 ? "" : ` ${round + 1}`}`,
    domain,
    phone: `${place.phone} ${threeDigits(number, 3)}`,
    address: `${pick(STREETS, number, 4)} ${1 + (mix(number, 5) % 120)}`,
    zip: place.zip,
    city: place.city,
    state: place.state,
    country: "Deutschland",
    website: `https://www.${domain}`,
    ...(number % 4 === 0 ? { address2: "Hinterhaus, 2. OG" } : {}),
    ...(number % 3 === 0 ? { description: "Ansprechpartner bitte nur vormittags anrufen." } : {}),
  };
}

/** A contact who exists nowhere; the same for the same number. */
export function fictionalContact(number: number): Record<string, string> {
  const isWoman = number % 2 === 0;
  const firstName = pick(isWoman ? WOMEN : MEN, number, 11);
  const lastName = pick(LAST_NAMES, number, 12);
  return {
    ...(number % 5 === 0 ? {} : { salutation: isWoman ? "Frau" : "Herr" }),
    firstname: firstName,
    lastname: lastName,
    jobtitle: pick(JOB_TITLES, number, 13),
    email: `${toAscii(firstName)}.${toAscii(lastName)}.${number}@post.example`,
    phone: `${pick(CITIES, number, 14).phone} ${threeDigits(number, 15)}`,
    ...(number % 3 === 0 ? {} : { mobilephone: `0171 39200 ${threeDigits(number, 16).slice(1)}` }),
  };
}

/** The name of a deal. */
export function fictionalDealName(number: number): string {
  return `${pick(PROJECTS, number, 21)} ${2026 + (number % 2)}`;
}

function pick<const C extends readonly [unknown, ...unknown[]]>(choices: C, number: number, salt: number): C[number] {
  return choices[mix(number, salt) % choices.length] ?? choices[0];
}

function threeDigits(number: number, salt: number): string {
  return String(mix(number, salt) % 1_000).padStart(3, "0");
}

/** Scatters a number; the salt keeps one object's values independent of each other. */
function mix(number: number, salt: number): number {
  let mixed = Math.imul(number + 1, 0x9e3779b1) ^ Math.imul(salt, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

const SPELLED: Readonly<Record<string, string>> = { ä: "ae", ö: "oe", ü: "ue", ß: "ss", ł: "l", ı: "i", ø: "o" };
const spellings = new Map<string, string>();

/** As it would stand in an address; remembered, for a portal of millions asks for the same few names. */
function toAscii(text: string): string {
  const known = spellings.get(text);
  if (known !== undefined) return known;
  const spelled = text.toLowerCase().replace(/[äöüßłıø]/gu, (letter) => SPELLED[letter] ?? letter);
  const ascii = spelled.normalize("NFD").replace(/[^a-z0-9]/gu, "");
  spellings.set(text, ascii);
  return ascii;
}
