//! The texts in French.

use super::texts::Text;

pub(super) static TEXT: Text = Text {
    lang: "fr",

    back: "Retour",
    close: "Fermer",
    proceed: "Continuer",
    submit: "Envoyer",
    try_again: "Réessayer",
    other_bank: "Choisir une autre banque",
    leave: "Quitter",

    consent: "Connectez votre banque à {}",
    consent_private: "Vos identifiants restent entre vous et votre banque : {} ne les voit jamais.",
    consent_choice: "Vous choisissez les comptes à partager.",
    consent_undo: "Vous pouvez y mettre fin à tout moment.",
    phone: "Numéro de téléphone",
    phone_why: "Avec un numéro de téléphone, les banques déjà connectées sont retrouvées.",
    phone_wrong: "Ce numéro ne peut pas être joint. Vérifiez-le ou continuez sans numéro.",
    skip_phone: "Continuer sans numéro de téléphone",

    verify_phone: "Regardez votre téléphone",
    verify_phone_sent: "Un code a été envoyé au {}.",
    code: "Code",
    code_wrong: "Le code n’est pas correct. Réessayez.",
    saved: "Heureux de vous revoir",
    saved_why: "Vous avez déjà connecté ces banques. Choisissez-en une pour continuer.",
    new_bank: "Connecter une autre banque",

    choose_bank: "Choisissez votre banque",
    search: "Rechercher votre banque",
    none_found: "Aucune banque de ce nom. Vérifiez l’orthographe ou essayez un nom plus court.",
    found_one: "1 banque",
    found: "{} banques",

    sign_in: "Connexion à {}",
    sign_in_safe: "Envoyé chiffré, et à la banque seule.",
    username: "Identifiant",
    password: "Mot de passe",
    sandbox_sign_in: "Sandbox : user_good et pass_good",
    sandbox_code: "Sandbox : le code est {}.",
    sandbox_answer: "Sandbox : la réponse est {}.",
    bank_site: "Aller sur le site de la banque",

    loading: "Connexion à {} en cours",
    loading_wait: "Un instant.",

    device: "Où {} doit-elle envoyer un code ?",
    device_phone: "SMS au ••• 4321",
    device_email: "E-mail à u•••@example.com",
    device_missing: "Choisissez où envoyer le code.",
    bank_code: "Saisissez le code de {}",
    questions: "{} a une question",
    question: "Question {}",
    answers_wrong: "La réponse n’est pas correcte. Réessayez.",

    accounts: "Choisissez les comptes à partager",
    accounts_why: "{} ne voit que les comptes que vous choisissez.",
    accounts_missing: "Choisissez au moins un compte.",

    connected: "{} est connectée",
    connected_text: "Vous pouvez revenir à {}.",
    reconnected: "{} est de nouveau connectée",
    finish: "Terminer",

    oauth: "Connexion chez {}",
    oauth_text: "La page de la banque s’ouvre. Connectez-vous et autorisez l’accès ; vous revenez ensuite ici.",
    oauth_in_app: "{} ne peut pas être connectée depuis une autre application. Ouvrez cette page dans votre navigateur et réessayez.",
    oauth_waiting: "Continuez chez {}",
    oauth_waiting_text: "La page de la banque est ouverte dans une autre fenêtre. Cette page continue seule quand vous aurez fini.",
    oauth_reopen: "Ouvrir la page de la banque",

    bank_page: "{} demande à voir vos comptes, leurs soldes et leurs opérations.",
    bank_page_result: "Ce que répond la banque",
    bank_page_no_error: "Selon votre choix ci-dessous",
    bank_page_sandbox: "Sandbox : aucune connexion n’est nécessaire ici.",
    bank_page_done: "C’est fait",
    bank_page_expired: "Cette page a expiré",
    bank_page_close: "Vous pouvez fermer cette fenêtre et revenir là où vous étiez.",
    allow: "Autoriser",
    deny: "Refuser",

    degraded: "{} a des problèmes en ce moment",
    degraded_text: "La connexion peut échouer ou être plus lente. Essayez maintenant ou revenez plus tard.",
    down: "{} est injoignable",
    down_text: "La banque ne répond à personne en ce moment. Réessayez plus tard ou connectez une autre banque.",
    filtered: "{} ne peut pas être connectée ici",
    filtered_text: "La banque ne propose pas ce qu’il faut. Choisissez-en une autre.",

    exit: "Quitter sans connecter ?",
    exit_text: "Vous n’avez pas terminé. Si vous quittez maintenant, rien n’est partagé.",
    keep_going: "Poursuivre",

    problem,
};

fn problem(code: &str) -> (&'static str, &'static str) {
    match code {
        "INVALID_CREDENTIALS" => (
            "La connexion a échoué",
            "L’identifiant ou le mot de passe n’est pas correct. Vérifiez-les et réessayez.",
        ),
        "INVALID_MFA" => (
            "Ce n’était pas correct",
            "La réponse n’est pas correcte. Réessayez.",
        ),
        "INVALID_OTP" => (
            "Le code n’était pas correct",
            "Trois codes étaient faux. Vous pouvez choisir votre banque sans numéro de téléphone.",
        ),
        "ITEM_LOCKED" => (
            "La banque a bloqué votre compte",
            "Trop d’essais ont échoué. Débloquez-le sur le site de la banque, puis réessayez.",
        ),
        "USER_SETUP_REQUIRED" => (
            "La banque attend quelque chose de vous",
            "Connectez-vous sur son site, faites ce qu’elle demande, puis réessayez.",
        ),
        "ITEM_NOT_SUPPORTED" => (
            "Ce compte ne peut pas être connecté",
            "La banque le tient d’une façon qui n’est pas prise en charge. Essayez une autre banque.",
        ),
        "MFA_NOT_SUPPORTED" => (
            "Cette connexion n’est pas prise en charge",
            "La banque demande une seconde étape impossible ici. Essayez une autre banque.",
        ),
        "NO_ACCOUNTS" | "NO_AUTH_ACCOUNTS" => (
            "Aucun compte trouvé",
            "Rien dans cette banque ne correspond à la demande. Essayez une autre banque.",
        ),
        "INSTITUTION_NO_LONGER_SUPPORTED" => (
            "Cette banque n’est plus prise en charge",
            "Elle ne peut plus être connectée. Essayez une autre banque.",
        ),
        "INSTITUTION_DOWN" | "INSTITUTION_NOT_RESPONDING" | "INSTITUTION_NOT_AVAILABLE" => (
            "La banque ne répond pas",
            "Elle est injoignable en ce moment. Réessayez plus tard ou connectez une autre banque.",
        ),
        "USER_INPUT_TIMEOUT" => ("C’était trop long", "La banque n’a pas attendu. Réessayez."),
        "INSUFFICIENT_CREDENTIALS" | "ACCESS_NOT_GRANTED" => (
            "La banque n’a pas pu partager assez",
            "Reprenez et autorisez ce qui est demandé.",
        ),
        "COUNTRY_NOT_SUPPORTED" => (
            "Indisponible dans ce pays",
            "Le pays de cette banque n’est pas pris en charge. Essayez une autre banque.",
        ),
        "RECAPTCHA_BAD" => (
            "Cela ne ressemblait pas à une personne",
            "Réessayez ou connectez une autre banque.",
        ),
        "INVALID_LINK_TOKEN" => (
            "C’était trop long",
            "La page de connexion a expiré. Quittez-la et ouvrez-la de nouveau ; rien n’a été partagé.",
        ),
        "OAUTH_STATE_ID_ALREADY_PROCESSED" => (
            "C’est déjà fait",
            "Le retour de la banque ne sert qu’une fois. Quittez et recommencez.",
        ),
        "OAUTH_STATE_ID_NOT_FOUND" | "INCORRECT_LINK_TOKEN" => (
            "Le retour de la banque est perdu",
            "Ce retour ne correspond pas à ce qui a été commencé ici. Quittez et recommencez.",
        ),
        "INVALID_FIELD" => (
            "Cette page est mal préparée",
            "Elle dit que vous revenez d’une banque, mais pas de quelle visite. Quittez et recommencez.",
        ),
        "PUBLIC_KEY_NOT_ENABLED" => (
            "Version actuelle non prise en charge",
            "Cette application connecte les banques d’une façon ancienne. Ses auteurs doivent la mettre à jour.",
        ),
        _ => (
            "Un problème est survenu",
            "Une erreur inattendue s’est produite. Rien n’a été partagé.",
        ),
    }
}
